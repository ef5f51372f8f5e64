"""The OCI image: the same commit makes the same bytes, and they run without network and privileges.

It is built on Debian, by root, with mmdebstrap and umoci.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
IMAGE: Final = ROOT / "deploy" / "image"

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="takes some minutes: make nightly"
    ),
    pytest.mark.timeout(1800),
]


def built(folder: Path) -> dict[str, str]:
    """Build the image in a folder, and return the digest of each file."""
    subprocess.run(["bash", IMAGE / "build.sh", folder], check=True, timeout=900)
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_image_is_the_same_twice_and_needs_no_network(tmp_path: Path) -> None:
    """Two builds have equal files. The image serves with only a loopback interface and a read-only root."""
    first = built(tmp_path / "first")
    assert first == built(tmp_path / "second")
    tried = subprocess.run(
        ["bash", IMAGE / "try.sh", tmp_path / "first"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    shown = tried.stdout.splitlines()
    assert "10001" in shown, tried.stderr
    assert "the root is read-only" in shown
    assert "/ready: 200" in shown, tried.stderr
    assert 'graph: {"data":{"__typename":"Query"}}' in tried.stdout
