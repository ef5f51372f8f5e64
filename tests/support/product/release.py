"""The last release: its code from the repository's history, its tables and migrations from a record.

`python -m tests.support.product.release` records the commit that is checked out as the release. The record
is a file, so that a clone without history or tags knows what an upgrade starts from.
"""

import ast
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypedDict

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index, Integer, MetaData, String, Table
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from foundation.storage.migrations.upgrade import migration_config
from furlong.databases import METADATA
from tools.new_migration import write_migration

ROOT: Final = Path(__file__).resolve().parents[3]
RECORD: Final = Path(__file__).with_name("release.json")
CHANGED_TABLES: Final = 3
RELEASED: Final = "released"
NEXT: Final = "next"
COLLATION: Final = re.compile(r" CHARACTER SET utf8mb4 COLLATE \w+")
LONG_AGO: Final = datetime(2026, 3, 25, 14, 3, 11, tzinfo=UTC)


class Release(TypedDict):
    """What is recorded of a release.

    Attributes:
        version: Its number.
        commit: Its commit.
        revisions: By database, the newest revision.
        migrations: By file, a digest of what it does, whatever its layout and imports.
        tables: By database and table, each column's type on MariaDB, and whether it may be null.
    """

    version: str
    commit: str
    revisions: dict[str, str]
    migrations: dict[str, str]
    tables: dict[str, dict[str, dict[str, list[Any]]]]


def last_release() -> Release:
    """Return the record of the last release."""
    release: Release = json.loads(RECORD.read_text(encoding="utf-8"))
    return release


def released_code(folder: Path, *paths: str) -> Path:
    """Write files and folders of the last release into a folder, and return it.

    The test is skipped if the clone has too little history.
    """
    commit = last_release()["commit"]
    known = subprocess.run(
        ["git", "-C", ROOT, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip(f"the last release ({commit[:8]}) is not in this clone: fetch the whole history")
    packed = subprocess.run(
        ["git", "-C", ROOT, "archive", commit, *paths], capture_output=True, check=True
    ).stdout
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def released_models(name: str, folder: Path) -> MetaData:
    """Return a database's tables of the last release, with the migrations of `write_versions`."""
    tables = last_release()["tables"][name]
    return _copied(
        (table for table in METADATA[name].sorted_tables if table.name in tables), folder / RELEASED
    )


def next_models(name: str, folder: Path) -> MetaData:
    """Return tables that the next version may have, with the migrations of `write_versions`.

    Three tables have two more columns, one of them demanded and with a default; one has an index, and there
    is one more table.
    """
    metadata = _copied(METADATA[name].sorted_tables, folder / NEXT)
    for table in changed_tables(metadata):
        table.append_column(Column("noted", String(40), nullable=True))
        table.append_column(Column("weight", Integer, nullable=False, server_default="7"))
    Index("first_by_weight", changed_tables(metadata)[0].c.weight)
    Table("later", metadata, Column("id", Integer, primary_key=True), Column("at", Integer, index=True))
    return metadata


def changed_tables(metadata: MetaData) -> list[Table]:
    """Return the tables that the next version changes."""
    return [metadata.tables[name] for name in sorted(metadata.tables)][:CHANGED_TABLES]


def write_versions(folder: Path, name: str) -> None:
    """Write a database's migrations of the last release, and of the next version with one generated."""
    config = migration_config(METADATA[name])
    release = last_release()["revisions"][name]
    scripts = ScriptDirectory.from_config(config)
    for version, newest in ((RELEASED, release), (NEXT, "heads")):
        (folder / version).mkdir()
        for script in scripts.iterate_revisions(newest, "base"):
            shutil.copy(script.path, folder / version)
    write_migration(next_models(name, folder), "next")


def sample_row(name: str, table: str) -> dict[str, Any]:
    """Return a value for each column that a table had in the last release."""
    columns = METADATA[name].tables[table].columns
    return {
        column: _sample(columns[column].type)
        for column in last_release()["tables"][name][table]
        if columns[column].computed is None
    }


def _sample(kind: TypeEngine[Any]) -> object:
    samples: dict[type, object] = {
        str: "0",
        int: 1,
        bool: True,
        datetime: LONG_AGO,
        date: LONG_AGO.date(),
        bytes: b"\x00\xff",
        object: ["0"],  # JSON
        float: 0.5,
    }
    return samples[(kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type]


def _copied(tables: Iterable[Table], migrations: Path) -> MetaData:
    metadata = MetaData(info={"migrations": migrations})
    for table in tables:
        table.to_metadata(metadata)
    return metadata


def _record() -> Release:
    versions = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    head = subprocess.check_output(["git", "-C", ROOT, "rev-parse", "HEAD"], text=True).strip()
    return {
        "version": versions["project"]["version"],
        "commit": head,
        "revisions": {
            name: str(ScriptDirectory.from_config(migration_config(metadata)).get_current_head())
            for name, metadata in METADATA.items()
        },
        "migrations": {
            str(file.relative_to(ROOT)): digest_of_migration(file)
            for name, metadata in METADATA.items()
            for file in sorted(_folder(metadata).glob("0*.py"))
        },
        "tables": {
            name: {
                table.name: {
                    column.name: [type_on_mariadb(column), bool(column.nullable)] for column in table.columns
                }
                for table in metadata.sorted_tables
            }
            for name, metadata in METADATA.items()
        },
    }


def _folder(metadata: MetaData) -> Path:
    return Path(migration_config(metadata).get_main_option("version_locations") or "")


def type_on_mariadb(column: Column[Any]) -> str:
    """Return a column's type on MariaDB, without its collation, which may become stricter."""
    return COLLATION.sub("", str(column.type.compile(mysql.dialect())))


def digest_of_migration(file: Path) -> str:
    """Return a digest of a migration's statements and place in the chain, whatever its layout and imports."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    said = [ast.unparse(node) for node in body if isinstance(node, ast.Assign | ast.FunctionDef)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _written(record: Release) -> str:
    """Return a record as JSON, with a line for each table."""
    packed = json.dumps(record | {"tables": {}}, indent=2).removesuffix("{}\n}")
    databases = [
        f"    {json.dumps(name)}: {{\n"
        + ",\n".join(f"      {json.dumps(table)}: {json.dumps(tables[table])}" for table in sorted(tables))
        + "\n    }"
        for name, tables in sorted(record["tables"].items())
    ]
    return packed + "{\n" + ",\n".join(databases) + "\n  }\n}\n"


if __name__ == "__main__":
    RECORD.write_text(_written(_record()), encoding="utf-8")
