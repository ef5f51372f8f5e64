"""Where the ready file of a demo is by default."""

from pathlib import Path
from typing import Final

DEFAULT: Final = Path(".furlong/demo.json")
