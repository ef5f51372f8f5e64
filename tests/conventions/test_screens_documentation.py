"""Each screen of the back office leads to a page of the documentation, and to a heading there, that exist."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
FRAME: Final = ROOT / "web" / "backoffice" / "src" / "frame"
TARGET: Final = re.compile(r"'([\w/-]+)\.html(?:#([\w-]+))?'")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as the site makes them."""
    text = FENCE.sub("", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in HEADING.findall(text)
    }


def broken(sources: str) -> list[str]:
    """Return what the frame leads to and the documentation has not."""
    found = []
    for page, anchor in TARGET.findall(sources):
        if not (ROOT / "docs" / f"{page}.md").is_file():
            found.append(f"{page}: no such page")
        elif anchor and anchor not in anchors(page):
            found.append(f"{page}#{anchor}: no such heading")
    return found


def test_each_screen_leads_to_its_documentation() -> None:
    """A heading that is renamed takes its screens along."""
    sources = "\n".join(file.read_text(encoding="utf-8") for file in sorted(FRAME.glob("*.ts*")))
    assert len(TARGET.findall(sources)) >= 20
    assert broken(sources) == []


def test_a_lost_page_or_heading_is_told() -> None:
    """The check can fail."""
    wrong = (
        "screen('x', 'backoffice.html#gone') screen('y', 'gone.html') screen('z', 'backoffice.html#roles')"
    )
    assert broken(wrong) == ["backoffice#gone: no such heading", "gone: no such page"]
