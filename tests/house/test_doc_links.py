"""Links in documents lead to files that exist: when a file moves, the pages that name it follow."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK: Final = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_files(page: Path) -> None:
    """Every relative link of a page names a file or a folder of this repository."""
    links = {link for link in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link}
    assert {link for link in links if not (page.parent / link).exists()} == set()
