"""Provides all four databases with their consumers; tests can import the modules in support/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from archive import archive

__all__ = ["archive"]
