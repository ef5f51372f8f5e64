"""Snapshots: frozen parts of the store for readers, which cannot open a folder that another process owns.

The owner publishes them; nothing in them changes any more. A snapshot is a store of its own: definitions are
copied, and parts, which the engine never changes, are hard links.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from analytics.engine import ChdbEngine, open_store
from analytics.errors import StoreInUse
from analytics.rollups import Rollups
from analytics.schema import DERIVED, RECORD_TABLES, Retention, rollups

SNAPSHOTS: Final = "snapshots"
CURRENT: Final = "current"
KEPT: Final = 2
_TABLES: Final = (
    *(table.name for table in RECORD_TABLES),
    *(table.name for table in rollups()),
    *("zone_weeks", "readings", "exchange_rates", *DERIVED),
)
_TRIES: Final = 5


def publish(folder: Path, engine: ChdbEngine) -> Path:
    """Freeze the store, as its owner, and let readers find it; return the snapshot's folder.

    Raises:
        StoreFault: The engine refuses.
        OSError: The folder cannot be written.
    """
    name = f"{time.time_ns():020}"
    for table in _TABLES:
        engine.execute(f"ALTER TABLE {table} FREEZE WITH NAME '{name}'")
    store, snapshots = folder / "store", folder / SNAPSHOTS
    snapshots.mkdir(mode=0o700, exist_ok=True)
    unfinished = snapshots / f".{name}"
    _copy_definitions(store, unfinished)
    shadow = store / "shadow" / name
    _move_parts(shadow / "store", unfinished / "store")
    shutil.rmtree(shadow, ignore_errors=True)
    published = unfinished.rename(snapshots / name)
    link = snapshots / f".{name}.link"
    link.symlink_to(name)
    link.replace(snapshots / CURRENT)
    for former in sorted(each for each in snapshots.iterdir() if each.name.isdecimal())[:-KEPT]:
        shutil.rmtree(former, ignore_errors=True)
    return published


@contextmanager
def taken(folder: Path, retention: Retention, *, linked: bool) -> Iterator[Path]:
    """Take the newest snapshot into a folder of its own for the block; without an owner, publish one first.

    Args:
        folder: The store's folder.
        retention: As the owner has it.
        linked: Whether parts may be hard links, because the reader cannot write into them.

    Raises:
        StoreFault: The engine refuses.
        OSError: There is nothing to read.
    """
    with suppress(StoreInUse):
        engine = open_store(folder, None, retention)
        try:
            Rollups(engine).refresh()
            publish(folder, engine)  # type: ignore[arg-type] # without a URL the engine is the embedded one
        finally:
            engine.close()
    with TemporaryDirectory(prefix=".reader-", dir=folder) as own:
        target = Path(own) / "snapshot"
        for tried in range(1, _TRIES + 1):
            try:
                _take(folder / SNAPSHOTS / CURRENT, target, linked=linked)
                break
            except FileNotFoundError:  # the owner has published a newer one and removed this one
                shutil.rmtree(target, ignore_errors=True)
                if tried == _TRIES:
                    raise
                time.sleep(0.2)
        yield target


def parts_of(snapshot: Path) -> Iterator[Path]:
    """Yield the folders of a snapshot's parts."""
    for table in (snapshot / "store").glob("*/*"):
        if (table / "format_version.txt").exists():
            yield from (each for each in table.iterdir() if each.is_dir() and each.name != "detached")


def _take(current: Path, target: Path, *, linked: bool) -> None:
    def copied(source: str, name: str) -> None:
        is_definition = name.endswith((".sql", "format_version.txt"))
        (os.link if linked and not is_definition else shutil.copy2)(source, name)

    shutil.copytree(current.resolve(strict=True), target, copy_function=copied)


def _copy_definitions(store: Path, target: Path) -> None:
    # The folder of a database beside its definition is a link, which the engine makes anew.
    for file in (
        *store.glob("metadata/*.sql"),
        *store.glob("store/*/*/*.sql"),
        *store.glob("store/*/*/format_version.txt"),
    ):
        copied = target / file.relative_to(store)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copied)


def _move_parts(frozen: Path, target: Path) -> None:
    """Move frozen parts into their tables' folders."""
    for table in frozen.glob("*/*"):
        own = target / table.relative_to(frozen)
        own.mkdir(parents=True, exist_ok=True)
        for part in table.iterdir():
            if part.is_dir():
                part.rename(own / part.name)
    for version in target.glob("*/*/format_version.txt"):
        (version.parent / "detached").mkdir(exist_ok=True)
