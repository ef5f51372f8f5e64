"""docs/reliability.md lists every experiment on the gateway and on sessions, with tests that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
DOCUMENT: Final = ROOT / "docs" / "reliability.md"
EXPERIMENTS: Final = [
    *(f"G{number}" for number in range(1, 32) if number != 25),
    *(f"A{number}" for number in range(1, 17)),
]
"""All of them; G25 was never given to one."""

SPAN: Final = re.compile(r"([A-Z])(\d+)(?:\u2013[A-Z]?(\d+))?")
TEST: Final = re.compile(r"`([\w/]*test_\w+\.py)`")


def rows() -> list[tuple[str, str]]:
    """The rows of all tables: the cell of the ids, and the whole row."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    found = [(line.split("|")[1].strip(), line) for line in lines if line.startswith("| ")]
    return [(ids, line) for ids, line in found if SPAN.match(ids)]


def ids_of(cell: str) -> list[str]:
    """The ids in a cell: single ones, and spans from one to another."""
    return [
        f"{letter}{number}"
        for letter, first, last in SPAN.findall(cell)
        for number in range(int(first), int(last or first) + 1)
    ]


def test_ids_are_read_as_they_are_written() -> None:
    """Single ones, several, and spans."""
    assert ids_of("A7, A8") == ["A7", "A8"]
    assert ids_of("C2\u2013C4") == ["C2", "C3", "C4"]
    assert ids_of("G1, G3\u2013G5") == ["G1", "G3", "G4", "G5"]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_has_a_row(experiment: str) -> None:
    """It names what runs, or says that nothing does."""
    assert experiment in {each for cell, _ in rows() for each in ids_of(cell)}


def test_every_test_that_is_named_exists_below_tests() -> None:
    """By its whole path below `tests/`; a bare name is in the folder of the path before it in its row."""
    missing = []
    for cell, row in rows():
        folder = ""
        for name in TEST.findall(row):
            folder, path = (name.rpartition("/")[0], name) if "/" in name else (folder, f"{folder}/{name}")
            if not (ROOT / "tests" / path).is_file():
                missing.append(f"{cell}: {name}")
    assert missing == []
