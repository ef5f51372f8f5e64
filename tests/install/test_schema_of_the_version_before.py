"""The version before runs on this version's tables: what it reads and writes is there, and suffices.

`schema_before.json` has its tables: by subgraph and table, each column's type on MariaDB and whether it may
be null. A release replaces the file by its own tables.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import mysql

from furlong.databases import METADATA

BEFORE: Final[dict[str, dict[str, dict[str, list[Any]]]]] = json.loads(
    Path(__file__).with_name("schema_before.json").read_text()
)
COLLATION: Final = re.compile(" CHARACTER SET utf8mb4 COLLATE \\w+")


def losses(before: dict[str, dict[str, list[Any]]], now: MetaData) -> list[str]:
    """Return what the version before would miss, or would have to write without knowing it."""
    found = []
    for name, columns in before.items():
        table = now.tables.get(name)
        if table is None:
            found.append(f"{name} is gone")
            continue
        for column, (kind, nullable) in columns.items():
            found += _differences(f"{name}.{column}", table.columns.get(column), kind, nullable=nullable)
        found += [
            f"{name}.{column.name} is new, and may not be left out"
            for column in table.columns
            if column.name not in columns and not column.nullable and column.server_default is None
        ]
    return found


def _differences(name: str, column: Column[Any] | None, kind: str, *, nullable: bool) -> list[str]:
    if column is None:
        return [f"{name} is gone"]
    # The version before finds its rows by a stricter collation too.
    kind, now = (COLLATION.sub("", each) for each in (kind, str(column.type.compile(mysql.dialect()))))
    found = [f"{name} was {kind} and is {now}"] if now != kind else []
    return [*found, f"{name} may no longer be null"] if nullable and not column.nullable else found


@pytest.mark.parametrize("subgraph", sorted(BEFORE))
def test_the_version_before_runs_on_these_tables(subgraph: str) -> None:
    """During an upgrade both versions run: no table or column is missing, changed, or newly required."""
    assert losses(BEFORE[subgraph], METADATA[subgraph]) == []


def test_what_would_break_the_version_before_is_found() -> None:
    """A dropped table, a dropped column, another type, a tightened and a demanded column."""
    now = MetaData()
    Table(
        "kept",
        now,
        Column("other", mysql.VARCHAR(5)),
        Column("tight", mysql.INTEGER, nullable=False),
        Column("demanded", mysql.INTEGER, nullable=False),
        Column("filled", mysql.INTEGER, nullable=False, server_default="0"),
    )
    before = {
        "kept": {
            "gone": ["INTEGER", False],
            "other": ["VARCHAR(9)", True],
            "tight": ["INTEGER", True],
        },
        "dropped": {"id": ["INTEGER", False]},
    }
    assert losses(before, now) == [
        "kept.gone is gone",
        "kept.other was VARCHAR(9) and is VARCHAR(5)",
        "kept.tight may no longer be null",
        "kept.demanded is new, and may not be left out",
        "dropped is gone",
    ]
