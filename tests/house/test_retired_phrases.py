"""Phrases that the project's English was freed of do not come back, in code, pages or help texts."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

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


@pytest.mark.parametrize("phrase", RETIRED)
def test_retired_phrases_do_not_come_back(phrase: str) -> None:
    """No Python file, page or makefile contains one."""
    files = subprocess.check_output(["git", "ls-files", "*.py", "*.md", "Makefile"], cwd=ROOT, text=True)
    words = r"\s+".join(phrase.split())
    form = re.compile(rf"\b{words}s?\b", re.IGNORECASE)
    found = [
        f"{name}:{1 + text[: each.start()].count(chr(10))}"
        for name in files.splitlines()
        if name != "tests/house/test_retired_phrases.py"
        for text in [(ROOT / name).read_text(encoding="utf-8")]
        for each in form.finditer(text)
    ]
    assert not found, f"write {RETIRED[phrase]!r} instead of {phrase!r}"
