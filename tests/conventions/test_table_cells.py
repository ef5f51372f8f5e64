"""A cell of a table in a document has at most 25 words; a paragraph or list below the table has the rest."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
MAX_WORDS: Final = 25
FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
CODE: Final = re.compile(r"`[^`]+`")
BORDER: Final = re.compile(r"(?<!\\)\|")


def words_of(cell: str) -> int:
    """Count a cell's words: those of a link's text, and each piece of code as one."""
    return len(CODE.sub("code", LINK.sub(r"\1", cell)).split())


def long_cells(text: str) -> Iterator[str]:
    """Yield each cell that has too many words, with their number."""
    for line in FENCE.sub("", text).splitlines():
        if line.startswith("|"):
            for cell in BORDER.split(line.strip()):
                if (words := words_of(cell)) > MAX_WORDS:
                    yield f"{words} words: {cell.strip()}"


def test_words_are_counted_as_they_are_read() -> None:
    """A link counts by its text, a command in backticks as one word; a written `|` ends no cell."""
    assert words_of("see [the gateway](gateway.md#start it here)") == 3
    assert words_of("run `furlong cell move --back`, then wait") == 4
    short, long = " ".join(["word"] * MAX_WORDS), " ".join(["word"] * MAX_WORDS + [r"\|"])
    assert list(long_cells(f"| {short} | {short} |\n{long}\n```\n| {long} |\n```\n")) == []
    assert list(long_cells(f"| {short} | {long} |\n")) == [f"{MAX_WORDS + 1} words: {long}"]


@pytest.mark.parametrize("document", sorted(repository_files("*.md")))
def test_cells_are_short(document: str) -> None:
    """No cell of a document has more."""
    assert list(long_cells((ROOT / document).read_text(encoding="utf-8"))) == []
