"""The files of the repository: those that are committed, and those that `git add` would add."""

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


def repository_files(*patterns: str) -> list[str]:
    """Return the names of the files that match git's patterns, or of all, relative to the root."""
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z", *patterns]
    names = subprocess.check_output(listed, cwd=ROOT, text=True).split("\0")
    return [name for name in names if name and (ROOT / name).exists()]
