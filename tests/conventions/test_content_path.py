"""The page that follows a text from the editor to the bet-slip names few files, and those that there are."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = re.compile(r"\]\(\.\./([\w./-]+\.(?:py|tsx?))\)")
MOST: Final = 25


def test_a_text_passes_few_files() -> None:
    """Whoever follows a text reads no more files than a person can keep in mind."""
    named = set(FILES.findall((ROOT / "docs" / "content-path.md").read_text(encoding="utf-8")))
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert len(named) <= MOST, sorted(named)
