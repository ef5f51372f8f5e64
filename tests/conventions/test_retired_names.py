"""Retired names do not come back; docs/glossary.md lists the names to use."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
RETIRED: Final = frozenset(
    {
        "Desk",
        "OutOfReach",
        "OutOfWork",
        "Spot",
        "Squad",
        "Stand",
        "Strand",
        "at_hand",
        "desk",
        "guise",
        "guises",
        "stand",
        "stand_ins",
        "strand",
        "take_back",
        "take_root",
        "vouched_for",
        "vouches",
    }
)
"""Pictures of our own, in place of which the code has the words of the field."""


def names_of(tree: ast.AST) -> Iterator[str]:
    """Yield all names that a module defines or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def names_in(text: str, wanted: Collection[str]) -> set[str]:
    """Return those of some names that a module defines or uses; most modules need not be parsed for that."""
    if not any(name in text for name in wanted):
        return set()
    return set(wanted).intersection(names_of(ast.parse(text)))


def test_retired_names_do_not_come_back() -> None:
    """No identifier of the product, its tests or its tools is a retired name."""
    files = [name for name in repository_files("*.py") if (ROOT / name).is_file()]
    assert "tests/support/subgraphs/club_fixtures.py" in files
    found = {
        f"{name}: {word}"
        for name in files
        for word in names_in((ROOT / name).read_text(encoding="utf-8"), RETIRED)
    }
    assert found == set()


def test_limits_are_named_max() -> None:
    """No constant of the product is named `MOST_…`, `LONGEST_…` or `LARGEST_…`: the word is `MAX_…`."""
    retired = re.compile(r"\b_?(?:MOST|LONGEST|LARGEST)_[A-Z_]+")
    files = repository_files("*.py", "*.ts", "*.tsx", "*.mjs", f":!{Path(__file__).relative_to(ROOT)}")
    assert any(file.endswith(".ts") for file in files)
    found = {
        f"{file}: {name}"
        for file in files
        for name in retired.findall((ROOT / file).read_text(encoding="utf-8"))
    }
    assert found == set()
