"""The pages that follow a text or a request through the code name few files, and those that there are."""

import os
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = re.compile(r"\]\(\.\./([\w./-]+\.(?:py|tsx?))\)")

APART: Final = "\n## What only some requests pass\n"


@pytest.mark.parametrize(
    ("page", "files", "folders"),
    [
        pytest.param("content-path.md", 25, 25, id="a text, from the editor to the bet-slip"),
        pytest.param("request-path.md", 40, 25, id="a request, from HTTP to SQL and back"),
    ],
)
def test_what_is_followed_passes_few_files(page: str, files: int, folders: int) -> None:
    """Whoever follows it reads few files and folders; what only some requests pass is apart."""
    walk = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(APART)[0]
    named = set(FILES.findall(walk))
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert len(named) <= files, sorted(named)
    assert len({os.path.dirname(name) for name in named}) <= folders  # noqa: PTH120 - names, not paths
