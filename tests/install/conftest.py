"""Lets these tests use the databases and samples of the subgraphs' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))

from stand_fixtures import (
    each_stand,
    each_url,
    logged,
    migrated_files,
    migrated_mariadb,
    sqlite_url,
    squad,
    stand,
)

__all__ = [
    "each_stand",
    "each_url",
    "logged",
    "migrated_files",
    "migrated_mariadb",
    "sqlite_url",
    "squad",
    "stand",
]
