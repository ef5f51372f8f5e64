"""A folder that has grown heavy is divided, a light one is a module: by lines, not by files."""

from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import Final

from tests.support.repository_files import ROOT, repository_files

LANGUAGES: Final = frozenset({".py", ".ts", ".tsx", ".mjs"})
MAX_LINES: Final = 2_500
NOT_READ: Final = frozenset({"tests", "migrations", "generated"})
"""Tests are no part of a folder; what a tool writes, nobody reads."""

PRODUCT: Final = (
    *("backoffice", "cells", "consumers", "foundation", "furlong", "gateway", "jit", "providers"),
    *("simulator", "subgraphs"),
)
FEW_MODULES: Final = 2
FEW_LINES: Final = 200
LIGHT_FOLDERS: Final = {
    "providers/adapters": "an adapter is a file, and the names of the files are those of the adapters",
    "consumers/club": "each app has the same files as those beside it",
    "consumers/lobby": "the same",
}
"""Why a folder is none too many though it has few lines."""
FEATURES: Final = PurePosixPath("gateway/features")
"""A feature's settings are read while the feature itself is not imported, so a small one is a folder, too."""


def test_no_folder_is_heavier_than_a_reader_can_hold() -> None:
    """The lines of a folder's own modules are few enough to be read in one go."""
    weights: Counter[str] = Counter()
    for path in map(PurePosixPath, repository_files()):
        if path.suffix in LANGUAGES and not NOT_READ & set(path.parts):
            weights[str(path.parent)] += (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert {"gateway", "web", "web/packages/club/src/tracker"} <= weights.keys()
    assert {folder: lines for folder, lines in weights.items() if lines > MAX_LINES} == {}


def test_a_folder_of_one_or_two_small_modules_is_a_module() -> None:
    """A folder without folders of its own has more than two modules, or enough lines, or a reason."""
    modules: defaultdict[PurePosixPath, list[int]] = defaultdict(list)
    parents: set[PurePosixPath] = set()
    for path in map(PurePosixPath, repository_files("*.py")):
        if path.parts[0] in PRODUCT and "migrations" not in path.parts:
            parents.update(path.parent.parents)
            if path.name != "__init__.py":
                modules[path.parent].append((ROOT / path).read_text(encoding="utf-8").count("\n"))
    light = {
        str(folder): sum(lines)
        for folder, lines in modules.items()
        if folder not in parents
        and folder.parent != FEATURES
        and len(lines) <= FEW_MODULES
        and sum(lines) < FEW_LINES
    }
    assert PurePosixPath("backoffice/content/workflow") in modules
    assert {folder: lines for folder, lines in light.items() if folder not in LIGHT_FOLDERS} == {}
