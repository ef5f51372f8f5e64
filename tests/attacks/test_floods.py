"""Attack: send more than one's share, in requests that are answered, refused or invalid."""

import pytest

from tests.attacks.attacked import CLUB, attacked

RULE = {"by": "address", "points": 100, "seconds": 3600}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ club(brand: "b") { id week { id } } }', None),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
    ],
    ids=["answered", "not valid", "no document"],
)
async def test_whoever_has_spent_the_points_is_refused_for_little(query: str, code: str | None) -> None:
    """A refusal costs points as well, so that a flood of invalid documents is not free."""
    flooded = attacked(CLUB, rate_limits={"rules": [RULE]})
    outcomes = [await flooded.query(f"{query} # {number}") for number in range(60)]
    refused = [outcome for outcome in outcomes if outcome.code == "RATE_LIMITED"]
    answered = [outcome for outcome in outcomes if outcome.code != "RATE_LIMITED"]
    assert answered
    assert refused == outcomes[len(answered) :]
    assert {outcome.code for outcome in answered} == {code}
    assert {outcome.status for outcome in refused} == {429}
    assert max(outcome.calls for outcome in refused) < await flooded.unit() / 20
    assert all(outcome.healths for outcome in refused)
