"""Entries of docstrings (`Args:`, `Attributes:`, `Raises:`) begin with a capital, as sentences do."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
SECTION = re.compile(r"(Args|Attributes|Raises):")
ENTRY = re.compile(r"[^\s:`][^:`]*: +(?P<word>\S+)")
NAMES = frozenset({"apt", "execute", "free_bet", "npm", "py-spy", "uvicorn's", "wrk"}) | {
    *("active", "closed", "expected", "light", "provisional", "set", "week")
}
"""Commands, packages and values whose names begin with a small letter; the latter in the graph."""


def small_beginnings(source: str) -> list[str]:
    """Return the first words of descriptions that should begin with a capital."""
    found = []
    depth: int | None = None
    for line in source.splitlines():
        indent = len(line) - len(line.lstrip())
        if SECTION.fullmatch(line.strip()):
            depth = indent
        elif line.strip() and depth is not None:
            if indent <= depth:
                depth = None
            elif indent == depth + 4 and (entry := ENTRY.match(line.strip())):
                found.append(entry["word"].strip(",.;:"))
    return [word for word in found if word[0].islower() and word not in NAMES]


def test_entries_begin_with_a_capital() -> None:
    """In every module, tests included."""
    files = repository_files("*.py")
    beginnings = {name: small_beginnings((ROOT / name).read_text(encoding="utf-8")) for name in files}
    assert {path: words for path, words in beginnings.items() if words} == {}


@pytest.mark.parametrize(
    ("word", "found"), [("the clock", ["the"]), ("The clock", []), ("`now`", []), ("npm", [])]
)
def test_a_small_beginning_is_found(word: str, found: list[str]) -> None:
    """Names in code marks and those of commands are left as they are written."""
    assert small_beginnings(f'def f(a):\n    """Do.\n\n    Args:\n        a: {word}\n    """\n') == found
