"""A folder that has grown heavy is divided: by its weight, not by the number of its modules."""

from collections import Counter
from pathlib import PurePosixPath
from typing import Final

from tests.support.repository_files import ROOT, repository_files

LANGUAGES: Final = frozenset({".py", ".ts", ".tsx", ".mjs"})
MAX_LINES: Final = 2_500


def test_no_folder_is_heavier_than_a_reader_can_hold() -> None:
    """The lines of a folder's own modules are few enough to be read in one go; tests are no part of it."""
    weights: Counter[str] = Counter()
    for path in map(PurePosixPath, repository_files()):
        if path.suffix in LANGUAGES and not {"tests", "migrations"} & set(path.parts):
            weights[str(path.parent)] += (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert {"gateway", "web", "web/packages/club/src/tracker"} <= weights.keys()
    assert {folder: lines for folder, lines in weights.items() if lines > MAX_LINES} == {}
