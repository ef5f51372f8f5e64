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
    flooded = attacked(CLUB, rate_limits=[RULE])
    outcomes = [await flooded.query(f"{query} # {number}") for number in range(60)]
    refused = [each for each in outcomes if each.code == "RATE_LIMITED"]
    answered = [each for each in outcomes if each.code != "RATE_LIMITED"]
    assert answered
    assert refused == outcomes[len(answered) :]
    assert {each.code for each in answered} == {code}
    assert {each.status for each in refused} == {429}
    assert max(each.calls for each in refused) < await flooded.unit() / 20
    assert all(each.healths for each in refused)
