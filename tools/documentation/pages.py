"""The pages of the documentation site: which files they are made of, and where their links lead there."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / ".docs" / "source"
INDEX: Final = "index.md"

OUTSIDE: Final = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "web/packages/club/README.md": "packages/club.md",
    "web/packages/client/README.md": "packages/client.md",
    "web/packages/element/README.md": "packages/element.md",
    "web/packages/react/README.md": "packages/react.md",
    "web/packages/frame/README.md": "packages/frame.md",
}
"""Pages that are not in `docs/`, and their names on the site."""

ALERTS: Final = "runbooks/alerts.md"
"""The page that holds the runbooks of all alerts, which are short."""

FOLDERS: Final = {
    "docs": "",
    "docs/runbooks": "#runbooks",
    "docs/runbooks/alerts": "#runbooks",
    "docs/decisions": "#decisions",
}
"""Folders that pages link to, and the part of the index that stands for each."""

_FENCE: Final = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
_IMAGE: Final = re.compile(r"(?<=<img src=\")[^\"]+")
_STATES: Final = re.compile(r"^```mermaid\nstateDiagram-v2\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TRANSITION: Final = re.compile(r"^ *(\S+) --> (\S+?)(?:: (.*))?$", re.MULTILINE)


def page_names() -> dict[str, str]:
    """Return the name on the site of each page, by its path in the repository.

    The runbook of an alert has the anchor of its section as well.
    """
    inside = [str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md")]
    names = {name: _page_of(name.removeprefix("docs/")) for name in inside}
    return names | {name: page for name, page in OUTSIDE.items() if (ROOT / name).exists()}


def staged_pages(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name on the site and the text of each page."""
    alerts = ["# Alerts\n\nWhat to do when an alert fires, by its name.\n"]
    for path, page in sorted(names.items()):
        text = for_the_site((ROOT / path).read_text(encoding="utf-8"), path, names)
        if page.startswith(f"{ALERTS}#"):
            alerts.append(re.sub("^#", "##", text, flags=re.MULTILINE))
        else:
            yield page, text
    yield ALERTS, "\n".join(alerts)


def _page_of(path: str) -> str:
    folder, name = os.path.split(path.removesuffix(".md"))
    if folder == ALERTS.removesuffix(".md"):
        return f"{ALERTS}#{name.lower()}"
    return f"{folder}/index.md".lstrip("/") if name == "README" else path


def for_the_site(text: str, path: str, names: Mapping[str, str]) -> str:
    """Return a page's text with links that lead where their targets are on the site.

    Args:
        text: Markdown, as it is read in the repository.
        path: Where it stands in the repository.
        names: The names of all pages on the site, by their paths.
    """
    from_page = (SOURCES / names[path]).parent

    def target(link: str) -> str | None:
        file, _, anchor = link.partition("#")
        found = os.path.normpath((ROOT / path).parent / file)
        inside = os.path.relpath(found, ROOT)
        if inside in names:
            page, _, section = os.path.relpath(SOURCES / names[inside], from_page).partition("#")
            return f"{page}#{anchor or section}" if anchor or section else page
        if inside in FOLDERS:
            return os.path.relpath(SOURCES / INDEX, from_page) + FOLDERS[inside]
        return os.path.relpath(found, from_page) if Path(found).is_file() else None

    def link(found: re.Match[str]) -> str:
        if re.match(r"[a-z]+:|#", found["target"]):
            return found[0]
        to = target(found["target"])
        return found["text"] if to is None else f"[{found['text']}]({to})"

    def rewritten(prose: str) -> str:
        return _IMAGE.sub(lambda image: target(image[0]) or image[0], _LINK.sub(link, prose))

    parts = _FENCE.split(_STATES.sub(_table_of_states, text))
    return "".join(part if part.startswith("```") else rewritten(part) for part in parts)


def _table_of_states(diagram: re.Match[str]) -> str:
    """Return a table in place of a diagram, which needs a script to be drawn."""
    rows = [
        f"| {'the beginning' if before == '[*]' else f'`{before}`'} | `{after}` | {why or ''} |"
        for before, after, why in _TRANSITION.findall(diagram[1])
    ]
    return "\n".join(["| from | to | when |", "| --- | --- | --- |", *rows])
