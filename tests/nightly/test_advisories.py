"""No package that a lock file names has a known hole, as far as PyPI and npm say; they must say so."""

import os
from pathlib import Path

import pytest

from tools.advisories import CannotAskError, advisories, lock_files

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="asks registries: make nightly"
    ),
    pytest.mark.timeout(900),
]


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("lock", lock_files(), ids=str)
def test_a_lock_file_names_no_package_with_an_advisory(lock: Path) -> None:
    """Where nobody can be asked, the test fails and says so: run it where PyPI's and npm's audits answer."""
    try:
        found = advisories(lock)
    except CannotAskError as error:
        pytest.fail(f"NOT AUDITED: {lock}: {error}", pytrace=False)
    assert found == []
