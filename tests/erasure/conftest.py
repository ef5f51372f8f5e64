"""All four databases with what each consumer does; modules in support/ can be imported from tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from archive import archive

__all__ = ["archive"]
