"""The page about the architecture has a row for each package."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SECTIONS: Final = {
    "Packages": "",
    "Within the foundation": "foundation",
    "Within the gateway": "gateway",
    "Within the consumers": "consumers",
    "Within the kit": "subgraphs/kit",
    "Within what the club's subgraphs share": "subgraphs/club_kit",
    "Within furlong": "furlong",
    "Within fulfilment": "subgraphs/fulfilment",
}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_room_has_a_row(title: str) -> None:
    """Each package directly below is named at the beginning of a row, and each row names what there is."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
    firsts = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    named = {name for first in firsts for name in re.findall(r"`(\w+)/`", first)}
    packages = {path.parent.name for path in (ROOT / SECTIONS[title]).glob("*/__init__.py")} - {"tests"}
    assert named == packages
