"""The folder that keeps a demo's data across restarts."""

from pathlib import Path
from typing import Final

from storage.settings import DatabaseSettings

DATABASES: Final = "databases"
"""The folder within it that holds the SQLite files."""


def database_in(data: Path) -> DatabaseSettings:
    """Return the settings of the databases in a data folder."""
    return DatabaseSettings(url=f"sqlite+aiosqlite:///{(data / DATABASES).resolve()}")
