"""The demo: the whole product in one process, on an embedded broker, SQLite and simulated providers."""

from pathlib import Path
from typing import Final

READY_FILE: Final = Path(".furlong/demo.json")
"""Where other programs find a running demo, unless it was told another place."""
