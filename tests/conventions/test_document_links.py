"""Links and file names in documents lead to files that exist."""

import fnmatch
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
LINK: Final = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
CODE: Final = re.compile(r"`([^`\n]+)`")
FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
DOCUMENT: Final = re.compile(r"\bdocs/[\w/-]+\.md\b")
MADE: Final = ("bench/results/", "web/dist/", "web/node_modules/")
"""Folders whose files are made, not committed."""


@cache
def committed() -> frozenset[str]:
    """All files of the repository, relative to its root."""
    return frozenset(repository_files())


@cache
def paths() -> frozenset[str]:
    """Every file and folder of the repository, by its path and every end of it: `c.py`, `b/c.py`, `b/`."""
    ends = set[str]()
    for name in committed():
        parts = name.split("/")
        ends.update("/".join(parts[start:]) for start in range(len(parts)))
        ends.update(f"{'/'.join(parts[s:e])}/" for e in range(1, len(parts)) for s in range(e))
    return frozenset(ends)


def documents() -> list[str]:
    """Return the Markdown files of the repository."""
    return sorted(name for name in committed() if name.endswith(".md"))


def names_of_files(text: str) -> Iterator[str]:
    """Yield the texts in backticks that can only be files or folders of the repository."""
    for name in CODE.findall(FENCE.sub("", text)):
        folder, _, last = name.rpartition("/")
        if not re.fullmatch(r"[\w./*-]+", name) or name.startswith(MADE):
            continue
        if f"{folder.split('/')[0]}/" in paths() and ("." in last or not last):
            yield re.sub("NAME|TOPIC", "*", name)
        elif not folder and name.endswith(".py"):
            yield name


def exists(name: str) -> bool:
    """Whether a name, which may be the end of a path and hold `*`, is a file or folder of the repository."""
    if "*" in name:
        return any(fnmatch.fnmatchcase(path, name) for path in paths())
    return name in paths()


@pytest.mark.parametrize("document", documents())
def test_links_lead_to_files(document: str) -> None:
    """Every relative link of a document leads to a file or folder."""
    text = FENCE.sub("", (ROOT / document).read_text(encoding="utf-8"))
    targets = [first or second for first, second in LINK.findall(text)]
    relative = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    broken = [name for name in relative if not (ROOT / document).parent.joinpath(name.split("#")[0]).exists()]
    assert broken == []


@pytest.mark.parametrize("document", documents())
def test_named_files_exist(document: str) -> None:
    """Every file of the repository that a document names in backticks exists."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert [name for name in names_of_files(text) if not exists(name)] == []


def test_documents_that_are_referred_to_exist() -> None:
    """Every document that code, a help text, a schema or another document refers to by its path exists."""
    missing = {
        f"{name}: {document}"
        for name in committed()
        if name.endswith((".py", ".md", ".json", ".ts", ".tsx", ".toml", ".yaml", ".sh", ".graphql"))
        for document in DOCUMENT.findall((ROOT / name).read_text(encoding="utf-8"))
        if document not in committed()
    }
    assert missing == set()
