"""What follows from the registry of the kinds of rewards is up to date."""

from pathlib import Path

import pytest

from tools.reward_kinds import derived_files


@pytest.mark.parametrize("path", derived_files(), ids=lambda path: path.name)
def test_what_follows_from_the_kinds_is_up_to_date(path: Path) -> None:
    """`make compose` would write the same file."""
    assert path.read_text(encoding="utf-8") == derived_files()[path], "run 'make compose' and commit it"
