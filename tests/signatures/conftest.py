"""Lets the tests of signed requests import their support."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
