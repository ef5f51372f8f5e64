"""Each change of the admin graph that takes a text is tried with a hostile one."""

from tests.support.office.hostile_changes import CHANGES
from tests.support.office.hostile_texts import changes_with_texts, text_paths


def test_every_text_has_a_case() -> None:
    """A change that is added to the graph fails here, until the test in a browser sends it, too."""
    known = changes_with_texts()
    assert set(known) == set(CHANGES)
    for name, change in CHANGES.items():
        assert set(change.stored) <= set(text_paths(known[name]))
        assert set(change.hidden) <= set(change.stored)
