"""The subgraphs' stand for the tests of recovery; modules in the subgraphs' support/ can be imported."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

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
