"""Attack: long literals and 64 kB of variables, right and wrong."""

from typing import Any

import pytest

from tests.attacks.attacked import Attacked

QUERY = "query ($v: Filter) { product(of: $v) { id } }"
VARIABLES: dict[str, tuple[Any, str | None]] = {
    "too many empty objects": ({"and": [{}] * 20_000}, "TOO_MANY_VARIABLE_VALUES"),
    "too many numbers": ({"range": [[1] * 25_000]}, "TOO_MANY_VARIABLE_VALUES"),
    "many empty objects": ({"and": [{}] * 4_900}, None),
    "many objects": ({"and": [{"or": [{}]}] * 1_600}, None),
    "one wrong item at the end": ({"and": [*[{}] * 4_900, 1]}, "BAD_USER_INPUT"),
    "all items wrong": ({"and": [1] * 4_900}, "BAD_USER_INPUT"),
    "unknown fields": ({f"k{n}": 1 for n in range(4_900)}, "BAD_USER_INPUT"),
    "an unknown value of an enum": ({"and": [{"color": "SHADE"}] * 2_000}, "BAD_USER_INPUT"),
    "a long string for an enum": ({"color": "x" * 60_000}, "BAD_USER_INPUT"),
    "numbers for ids": ({"ids": [1] * 4_900}, None),
}


@pytest.mark.parametrize("what", VARIABLES)
async def test_variables_as_long_as_allowed_cost_less_than_40_bet_slips(foreign: Attacked, what: str) -> None:
    """Whether they are right or wrong; of wrong ones few errors are reported."""
    value, code = VARIABLES[what]
    for _ in range(2):  # what is worked out once for a plan, when it is used again, is no part of the cost
        await foreign.query(QUERY)
    outcome = await foreign.query(QUERY, {"v": value})
    assert outcome.code == code
    assert outcome.calls < 40 * await foreign.unit()
    assert outcome.size < 70_000


async def test_variables_that_nothing_defines_cost_less_than_three_bet_slips(club: Attacked) -> None:
    """They are parsed and counted, and coerced for nothing."""
    outcome = await club.query("{ __typename }", {f"v{n}": [[]] for n in range(2_000)})
    assert outcome.code is None
    assert outcome.calls < 3 * await club.unit()


@pytest.mark.parametrize(
    ("literal", "code"),
    [
        ("[" + "1 " * 400 + "]", "TOO_MANY_LITERALS"),
        ('"' + "x" * 8_200 + '"', "DOCUMENT_TOO_LARGE"),
        ('"' + "x" * 7_000 + '"', "GRAPHQL_VALIDATION_FAILED"),
        ("9" * 7_000, "GRAPHQL_VALIDATION_FAILED"),
        ("-0." + "1" * 7_000 + "e" + "9" * 500, "GRAPHQL_VALIDATION_FAILED"),
        ('"""' + "\n " * 3_500 + '"""', "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_long_literals_are_refused_for_less_than_four_bet_slips(
    club: Attacked, literal: str, code: str
) -> None:
    """Many of them by their number, long ones by the document's length."""
    outcome = await club.query(f'{{ __type(name: "x") {{ name }} a(b: {literal}) }}')
    assert outcome.code == code
    assert outcome.calls < 4 * await club.unit()


async def test_errors_at_the_end_of_many_lines_are_cheap(club: Attacked) -> None:
    """Each error says where it is, which counts lines."""
    outcome = await club.query("{" + "\n" * 7_000 + " ".join(f"a{n}" for n in range(19)) + "}")
    assert outcome.code == "GRAPHQL_VALIDATION_FAILED"
    assert outcome.calls < 4 * await club.unit()
