"""The page that follows a text through the code names few files, and those that there are."""

import os
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = re.compile(r"\]\(\.\./([\w./-]+\.(?:py|tsx?))\)")
FEW: Final = 25


def test_a_text_passes_few_files() -> None:
    """Whoever follows it from the editor to the bet-slip reads few files and folders."""
    walk = (ROOT / "docs" / "content-path.md").read_text(encoding="utf-8")
    named = set(FILES.findall(walk))
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert len(named) <= FEW, sorted(named)
    assert len({os.path.dirname(name) for name in named}) <= FEW  # noqa: PTH120 - names, not paths
