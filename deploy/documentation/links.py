"""Checks the built site: each reference leads to a file of the site, each anchor to an element there."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_REFERENCE: Final = re.compile(r"""<[^>]+?\s(?:href|src)=["']([^"']*)["']""")
_ID: Final = re.compile(r"""\sid=["']([^"']+)["']""")
_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>")
_OTHERS: Final = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\s(?:href|src)=["'](?:https?:)?//""")


def problems_of(site: Path) -> Iterator[str]:
    """Yield what is wrong: broken references, files of other sites, and scripts that the policy forbids."""
    ids = cache(_ids)
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(site)
        if _INLINE_SCRIPT.search(text):
            yield f"{name}: has an inline script"
        if _OTHERS.search(text):
            yield f"{name}: loads a file of another site"
        for reference in sorted(set(_REFERENCE.findall(text))):
            parts = urlsplit(reference.replace("&amp;", "&"))
            if parts.scheme or parts.netloc:
                continue
            found = page if not parts.path else page.parent / unquote(parts.path)
            found = found / "index.html" if found.is_dir() else found
            if not found.is_file():
                yield f"{name}: {reference} leads nowhere"
            elif found.suffix == ".html" and not _has(ids(found.resolve()), unquote(parts.fragment)):
                yield f"{name}: {reference}: no such anchor"


def _has(ids: frozenset[str], anchor: str) -> bool:
    return not anchor or anchor in ids


def _ids(page: Path) -> frozenset[str]:
    return frozenset(_ID.findall(page.read_text(encoding="utf-8")))
