"""The folder that keeps a demo's data across restarts."""

from pathlib import Path
from typing import Final

from foundation.storage.settings import DatabaseSettings

DATABASES: Final = "databases"
"""The folder within it that holds the SQLite files."""


def make_private(data: Path) -> Path:
    """Create a data folder unless it exists, let only its owner into it, and return it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    return data


def database_in(data: Path) -> DatabaseSettings:
    """Return the settings of the databases in a data folder."""
    return DatabaseSettings(url=f"sqlite+aiosqlite:///{(data / DATABASES).resolve()}")
