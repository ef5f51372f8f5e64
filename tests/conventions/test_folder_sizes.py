"""A folder holds at most a dozen modules; then it gets chapters."""

from collections import Counter
from pathlib import PurePosixPath
from typing import Final

from tests.support.repository_files import repository_files

LANGUAGES: Final = frozenset({".py", ".ts", ".tsx", ".mjs"})
MAX_MODULES: Final = 12


def test_no_folder_has_more_than_a_dozen_modules() -> None:
    """A reader sees all modules of a folder at one glance, `__init__.py` included; tests are no part of it.

    Steps of migrations are no modules: their names begin with a number, and nothing imports them.
    """
    files = map(PurePosixPath, repository_files())
    sizes = Counter(str(path.parent) for path in files if _is_module(path))
    assert {"gateway", "web", "web/packages/club/src/tracker"} <= sizes.keys()
    assert {folder: size for folder, size in sizes.items() if size > MAX_MODULES} == {}


def _is_module(path: PurePosixPath) -> bool:
    return path.suffix in LANGUAGES and "tests" not in path.parts and not path.name[0].isdigit()
