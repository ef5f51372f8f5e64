"""The version before this one, from the repository's history, to run beside this one."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
FORMER: Final = "fa88a47e68b55cf07300d92e678f591dad26abed"
"""The commit of the version before. A release replaces it by its own, as it does `schema_before.json`."""


def former_version(folder: Path, *paths: str) -> Path:
    """Write files and folders of the version before into a folder, and return it.

    The test is skipped if the repository's history does not go back to that version.
    """
    known = subprocess.run(
        ["git", "-C", ROOT, "cat-file", "-e", f"{FORMER}^{{commit}}"], capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip(f"the version before ({FORMER[:8]}) is not in this clone: fetch the whole history")
    packed = subprocess.run(
        ["git", "-C", ROOT, "archive", FORMER, *paths], capture_output=True, check=True
    ).stdout
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder
