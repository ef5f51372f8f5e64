"""Lets the tests of the kit use the samples of the subgraphs' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "subgraphs" / "support"))
