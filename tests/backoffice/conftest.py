"""Makes what tests of the back office share importable."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "backoffice" / "support"), str(TESTS / "subgraphs" / "support")]
