"""The gateway gives what one schema over the same data gives, over worlds that nobody wrote."""

import os

import pytest

from tests.federation_kit.search import Plan, Tally, search
from tests.federation_kit.worlds import some_features
from tests.federation_kit.worlds.features import NAMES

WORLDS = 100 if os.environ.get("CI") else 60
"""`make fuzz` has 20,000."""

# A minute of work, which takes several where many share the machine.
pytestmark = pytest.mark.timeout(1800)


@pytest.mark.lasting("whole worlds are generated, composed, planned and asked")
def test_every_answer_is_the_monoliths() -> None:
    """Data is equal to the letter, without errors, in few calls, and nothing is refused."""
    tally = search(Plan(some_features(frozenset(NAMES)), WORLDS, seed=None), refusals=True)
    assert not tally.found, shown(tally)
    assert tally.worlds >= WORLDS * 4 // 5, tally.not_composable
    assert tally.operations >= 2 * WORLDS


def test_what_a_context_reaches_is_answered_rightly() -> None:
    """No answer is wrong, and nothing refused, where arguments come from a `@context`."""
    always = frozenset({"contexts"})
    tally = search(Plan(some_features(frozenset(NAMES), always), 25, seed=None), refusals=True)
    assert not tally.found, shown(tally)
    assert tally.operations >= 25


def shown(tally: Tally) -> str:
    """The counter-examples, as text for developers."""
    return "\n\n".join(
        "\n".join(
            (case.why, case.operation.document, str(case.operation.variables), *case.world.subgraphs.values())
        )
        for case in tally.found.values()
    )
