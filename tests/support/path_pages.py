"""Reads the pages that follow something through the code: the files that their stops name."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STOP: Final = re.compile(r"^\d+\. .*(?:\n +.*)*", re.MULTILINE)
LINK: Final = re.compile(r"\]\(\.\./([\w./-]+)\)")


def page_text(file: str) -> str:
    """Return a page of the documentation."""
    return (ROOT / "docs" / file).read_text(encoding="utf-8")


def files_of_stops(text: str) -> list[str]:
    """Return the files and folders that the numbered stops of a text name, each once, in their order."""
    return files_in("\n".join(STOP.findall(text)))


def files_in(text: str) -> list[str]:
    """Return the files and folders of the project to which a text links, each once, in their order."""
    return [*dict.fromkeys(LINK.findall(text))]
