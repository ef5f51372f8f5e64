"""Snapshots: frozen parts of the store for readers, which cannot open a folder that another process owns.

The owner publishes them; nothing in them changes any more. A snapshot is a store of its own: definitions are
copied, and parts, which the engine never changes, are hard links. Readers share it, and cannot write into it.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from analytics.engine import ChdbEngine, open_store
from analytics.errors import StillFilling, StoreInUse
from analytics.filling import FIRST, filling_of
from analytics.record_tables import RECORD_TABLES, Retention
from analytics.rollups import Rollups
from analytics.schema import DERIVED, rollups

SNAPSHOTS: Final = "snapshots"
CURRENT: Final = "current"
_TABLES: Final = (
    *(table.name for table in RECORD_TABLES),
    *(table.name for table in rollups()),
    *("zone_weeks", "readings", "exchange_rates", *DERIVED),
)
_WINDOW: Final = re.compile(r"(?<=non_replicated_deduplication_window = )\d+")


class Snapshot(NamedTuple):
    """A snapshot, as one reader has it.

    Attributes:
        folder: The reader's own, where the engine may write.
        published: What it shares with others, and must not change.
    """

    folder: Path
    published: Path


def publish(folder: Path, engine: ChdbEngine) -> Path:
    """Freeze the store, as its owner, and let readers find it; return the snapshot's folder.

    Raises:
        StoreFault: The engine refuses.
        OSError: The folder cannot be written.
    """
    name, store, snapshots = f"{time.time_ns():020}", folder / "store", folder / SNAPSHOTS
    for left in (*snapshots.glob(".*"), *store.glob("shadow/*")):  # by an owner that was killed here
        left.unlink() if left.is_symlink() else shutil.rmtree(left, ignore_errors=True)
    for table in _TABLES:
        engine.execute(f"ALTER TABLE {table} FREEZE WITH NAME '{name}'")
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
    for former in sorted(folder for folder in snapshots.iterdir() if folder.name.isdecimal())[:-1]:
        _remove(former)
    return published


@contextmanager
def taken(folder: Path, retention: Retention) -> Iterator[Snapshot]:
    """Hold the newest snapshot for the block; without an owner, publish one first.

    Args:
        folder: The store's folder.
        retention: As the owner has it.

    Raises:
        StillFilling: There is no snapshot yet, because the store is filled for the first time.
        StoreFault: The engine refuses.
        OSError: There is nothing to read.
    """
    filling = None if (folder / SNAPSHOTS / CURRENT).exists() else filling_of(folder)
    if filling is not None:
        raise StillFilling(filling.says())
    with suppress(StoreInUse):
        engine = open_store(folder, None, retention)
        try:
            Rollups(engine).refresh()
            publish(folder, engine)  # type: ignore[arg-type] # without a URL the engine is the embedded one
        finally:
            engine.close()
    with _newest(folder / SNAPSHOTS) as published, TemporaryDirectory(prefix=".reader-", dir=folder) as name:
        own = Path(name)
        (own / "store").symlink_to(published / "store")
        shutil.copytree(published / "metadata", own / "metadata")
        yield Snapshot(own, published)


@contextmanager
def _newest(snapshots: Path) -> Iterator[Path]:
    """Keep the newest snapshot from being removed, for the block.

    Raises:
        StillFilling: There is none.
    """
    held = None
    while held is None:
        try:
            published = (snapshots / CURRENT).resolve(strict=True)
        except FileNotFoundError as fault:  # its owner has only begun
            raise StillFilling(FIRST) from fault
        held = _locked(published, fcntl.LOCK_SH)
    try:
        yield published
    finally:
        os.close(held)


def _remove(snapshot: Path) -> None:
    """Remove a snapshot, unless somebody reads it: then it goes when another one is published."""
    held = _locked(snapshot, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if held is not None:
        shutil.rmtree(snapshot, ignore_errors=True)
        os.close(held)


def _locked(snapshot: Path, kind: int) -> int | None:
    """Return what is to be closed to unlock a snapshot; None if others hold it or it has been removed."""
    try:
        held = os.open(snapshot, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with suppress(BlockingIOError):
        fcntl.flock(held, kind)
        if snapshot.exists():
            return held
    os.close(held)
    return None


def _copy_definitions(store: Path, target: Path) -> None:
    """Copy definitions, except of tables that are being counted, and without what would write beside parts.

    The folder of a database beside its definition is a link, which the engine makes anew.
    """
    for file in (
        *store.glob("metadata/*.sql"),
        *store.glob("store/*/*/*.sql"),
        *store.glob("store/*/*/format_version.txt"),
    ):
        if not file.stem.endswith("_next"):
            copied = target / file.relative_to(store)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_text(_WINDOW.sub("0", file.read_text()))


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
