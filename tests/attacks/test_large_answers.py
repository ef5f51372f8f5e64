"""Attack: ask for lists of lists, so that the answer is large."""

import pytest

from tests.attacks.attacked import Attacked

BETS = "recentBets(first: 50) { betId placedAt stake { minor display } counted { minor display } reason }"
CLUBS = " ".join(
    f'x{number}: recentClubs(brand: "b", first: 1000) {{ progress {{ {BETS} }} }}' for number in range(12)
)
THINGS = "{ products(first: 1000) { related { related { related { related { id } } } } } }"


@pytest.mark.parametrize(("graph", "document"), [("club", f"{{ {CLUBS} }}"), ("foreign", THINGS)])
async def test_large_answers_are_refused_before_they_are_planned(
    request: pytest.FixtureRequest, graph: str, document: str
) -> None:
    """By the lengths that arguments ask for, and the usual length of other lists."""
    attacked: Attacked = request.getfixturevalue(graph)
    outcome = await attacked.query(document)
    assert outcome.code == "COST_ESTIMATED_TOO_EXPENSIVE"
    assert outcome.calls < 5 * await attacked.unit()
    assert outcome.healths
