"""Attack: ask for lists of lists, so that the answer is large."""

import pytest

from tests.attacks.attacked import CLUB, Attacked, attacked

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
    assert outcome.code in {"COST_ESTIMATED_TOO_EXPENSIVE", "DOCUMENT_TOO_COSTLY"}
    assert outcome.calls < 5 * await attacked.unit()
    assert outcome.healths


async def test_a_list_that_is_too_long_is_left_out() -> None:
    """A subgraph may send more items than declared: that list is null, with an error at its path."""
    outcome = await attacked(CLUB, items=40, list_items=30).query(
        '{ recentClubs(brand: "b") { id } club(brand: "b") { id } }'
    )
    assert outcome.code == "LIST_TOO_LONG"
    assert outcome.size < 300
    assert outcome.healths


@pytest.mark.parametrize("execution", ["compiled", "interpreted"])
@pytest.mark.parametrize(
    "limit", [{"response_places": 3_000}, {"response_bytes": 20_000}], ids=["places", "bytes"]
)
async def test_an_answer_beyond_the_limits_is_given_up(execution: str, limit: dict[str, int]) -> None:
    """Whatever the estimate was, the answer is an error, and `/health` answers meanwhile."""
    outcome = await attacked(CLUB, items=60, execution=execution, **limit).query(
        '{ recentClubs(brand: "b") { id progress { recentBets(first: 50) { betId placedAt } } } }'
    )
    assert outcome.code == "RESPONSE_TOO_LARGE"
    assert outcome.size < 300
    assert outcome.healths
