"""The names of unstable tests are kept across runs: one that comes again was not mended at its cause."""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

VARIABLE: Final = "FURLONG_UNSTABLE_TESTS"
"""The file in which the names are kept; CI, whose checkout is always new, keeps it elsewhere."""
KEPT_IN: Final = Path(".furlong") / "unstable-tests.txt"
KEPT_DAYS: Final = 30


def kept_names() -> Path:
    """Return the file, which need not exist; a line of it is a date and the name of a test."""
    return Path(os.environ.get(VARIABLE) or KEPT_IN)


def keep(names: Iterable[str], path: Path) -> list[str]:
    """Add the unstable tests of a run that ends now to those of the last month.

    Returns:
        A line for each of these tests that was unstable before, with how often.
    """
    today = datetime.now(UTC).date()
    before = [
        (day, name) for day, name in _read(path) if date.fromisoformat(day) > today - timedelta(KEPT_DAYS)
    ]
    now = [(today.isoformat(), name) for name in names]
    if now:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{day} {name}\n" for day, name in [*before, *now]))
    times = Counter(name for _, name in before)
    return [
        f"{name} was unstable in {times[name]} earlier runs of the last {KEPT_DAYS} days"
        for _, name in now
        if times[name]
    ]


def _read(path: Path) -> list[tuple[str, str]]:
    """Return the lines; a run that was killed may have left half a one, which is left out."""
    found = []
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        day, _, name = line.partition(" ")
        with suppress(ValueError):
            found.append((date.fromisoformat(day).isoformat(), name))
    return found
