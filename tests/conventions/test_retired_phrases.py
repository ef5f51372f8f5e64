"""Phrases that the project's English was freed of do not come back, in code, pages or help texts."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
RETIRED: Final = {
    "time-out": "timeout",
    "under way": "in progress, running",
    "is had": "an active verb",
    "the whole way": "completely",
    "a glance": "read, look up",
    "had a hand in": "edited",
    "time on the wall": "local time",
    "is away": "is unavailable, is down",
    "nobody's": "say what it is",
    "look is recorded": "each access is recorded",
}
"""Each phrase, with what to write instead."""


@cache
def texts() -> dict[str, str]:
    """The text of each Python file, page and makefile of the repository, in small letters, by its name."""
    files = repository_files("*.py", "*.md", "Makefile", f":!{Path(__file__).relative_to(ROOT)}")
    return {name: (ROOT / name).read_text(encoding="utf-8").lower() for name in files}


@pytest.mark.parametrize("phrase", RETIRED)
def test_retired_phrases_do_not_come_back(phrase: str) -> None:
    """No Python file, page or makefile contains one."""
    words = phrase.split()
    between = r"\s+"
    form = re.compile(rf"\b{between.join(words)}s?\b")
    rarest = max(words, key=len)
    found = [
        f"{name}:{1 + text[: match.start()].count(chr(10))}"
        for name, text in texts().items()
        if rarest in text
        for match in form.finditer(text)
    ]
    assert not found, f"write {RETIRED[phrase]!r} instead of {phrase!r}"
