"""The site's navigation: the sections and links of the index page."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

FOLDERS: Final = {
    "decisions": "Decisions",
    "gateway": "Reference",
    "packages": "Reference",
    "reference": "Reference",
    "runbooks": "Runbooks",
}
"""The sections of pages without a row, by folder."""

UNLISTED: Final = ("index.md", "reference/cli/")
"""Pages that are in no section: the index itself, and those below the page of all commands."""

_SECTION: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_ENTRY: Final = re.compile(r"^\| \[([^\]]+)\]\(([^)#]+\.md)\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the navigation.

    Attributes:
        title: Its caption.
        pages: The names of its pages, in reading order.
    """

    title: str
    pages: tuple[str, ...]


def sections(index: str, pages: Collection[str]) -> list[Section]:
    """Return the sections of the index page, in which each row of a table begins with a link to a page.

    Pages without a row follow, by their folder: so no page is missing.
    """
    titles = _SECTION.split(index)
    bodies = zip(titles[1::2], titles[2::2], strict=True)
    listed = {title: [page for _, page in _ENTRY.findall(body)] for title, body in bodies}
    named = {page for rows in listed.values() for page in rows}
    others = sorted(page for page in pages if page not in named and not page.startswith(UNLISTED))
    return [
        Section(title, (*rows, *(page for page in others if _section_of(page) == title)))
        for title, rows in listed.items()
    ]


def _section_of(page: str) -> str:
    """Return the section of a page without a row."""
    return FOLDERS.get(page.partition("/")[0], "Explanation")


def with_navigation(index: str, found: list[Section]) -> str:
    """Return the index page with a hidden table of contents for each section, in the words of its rows."""
    labels = {
        page: label.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") for label, page in _ENTRY.findall(index)
    }
    trees = "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {section.title}\n\n{_lines(section.pages, labels)}```\n"
        for section in found
    )
    return index.rstrip() + "\n" + trees


def _lines(pages: tuple[str, ...], labels: Mapping[str, str]) -> str:
    names = ((page, page.removesuffix(".md")) for page in pages)
    return "".join(f"{labels[page]} <{name}>\n" if page in labels else f"{name}\n" for page, name in names)
