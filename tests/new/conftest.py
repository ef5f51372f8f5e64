"""What tests of `furlong new` share."""

from pathlib import Path

import pytest

from .checkouts import copy_checkout


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository, without the web."""
    folder = tmp_path_factory.mktemp("checkout")
    copy_checkout(folder)
    return folder
