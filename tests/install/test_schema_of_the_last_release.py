"""The last release runs on this version's tables: what it reads and writes is there, and suffices."""

from typing import Any, Final

import pytest
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import mysql

from furlong.databases import METADATA
from tests.support.product.release import last_release, type_on_mariadb

BEFORE: Final = last_release()["tables"]


def losses(before: dict[str, dict[str, list[Any]]], now: MetaData) -> list[str]:
    """Return what the last release would miss, or would have to write without knowing it."""
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
    now = type_on_mariadb(column)
    found = [f"{name} was {kind} and is {now}"] if now != kind else []
    return [*found, f"{name} may no longer be null"] if nullable and not column.nullable else found


@pytest.mark.parametrize("subgraph", sorted(BEFORE))
def test_the_last_release_runs_on_these_tables(subgraph: str) -> None:
    """During an upgrade both versions run: no table or column is missing, changed, or newly required."""
    assert losses(BEFORE[subgraph], METADATA[subgraph]) == []


def test_what_would_break_the_last_release_is_found() -> None:
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
