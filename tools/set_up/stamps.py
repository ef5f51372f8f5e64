"""Stamps: a step is up to date while the contents of its inputs are what they were when it was done."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

BUILT: Final = frozenset({"node_modules", "dist", "tests", "__pycache__"})
"""Folders that no step reads its inputs from."""


def digest(root: Path, patterns: Iterable[str], facts: Iterable[str] = ()) -> str:
    """Return a hash of the names and contents of files below a root, and of other facts.

    Args:
        root: Where the patterns begin.
        patterns: Paths, or patterns of paths; a folder stands for its files.
        facts: What else the result depends on.
    """
    total = hashlib.sha256("\0".join(facts).encode())
    paths = [path for pattern in patterns for path in root.glob(pattern)]
    for file in sorted({file for path in paths for file in _files(path)}):
        total.update(f"\0{file.relative_to(root)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(stamp: Path, wanted: str) -> bool:
    """Tell whether a step was done for these inputs."""
    try:
        return stamp.read_text().strip() == wanted
    except FileNotFoundError:
        return False


def forget(stamp: Path) -> None:
    """Remove a stamp before the step is done again, because a step that is cut short is not done."""
    stamp.unlink(missing_ok=True)


def write(stamp: Path, wanted: str) -> None:
    """Say that a step was done, at once or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(f"{stamp.name}.new")
    fresh.write_text(f"{wanted}\n")
    os.replace(fresh, stamp)  # noqa: PTH105 - `Path.replace` is the same


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = [each for each in folders if each not in BUILT]
        yield from (Path(folder, name) for name in names)
