"""What the tutorial lets its reader do is possible in this version."""

import re
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TUTORIAL: Final = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def test_the_change_of_a_subgraph_applies() -> None:
    """The tutorial's patch applies to the present code."""
    patch = re.search(r"```diff\n(.*?)```", TUTORIAL, re.DOTALL)
    assert patch is not None
    checked = subprocess.run(
        ["git", "apply", "--check"], input=patch[1], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
