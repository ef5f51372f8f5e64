"""Totals that outgrow 32 bits are shown as they are, compiled and interpreted."""

import json
from typing import Final

import pytest
from graphql import GraphQLError

from subgraphs.kit.graphql.money import MINOR_UNITS, money

MAX_SAFE_INTEGER: Final = 9_007_199_254_740_991
"""JavaScript's: the next whole number is read as this one."""


@pytest.mark.parametrize("minor", [0, -1, 2**31 - 1, 2**31, 2**40, MAX_SAFE_INTEGER])
def test_an_amount_of_any_size_serializes_to_itself(minor: int) -> None:
    """It becomes a JSON number that JavaScript reads exactly."""
    shown = money(minor, "IDR", "id-ID").minor
    assert MINOR_UNITS.serialize is not None
    assert json.dumps(MINOR_UNITS.serialize(shown)) == str(minor)


@pytest.mark.parametrize("wrong", [MAX_SAFE_INTEGER + 1, -MAX_SAFE_INTEGER - 1, 1.0, True, "1", None])
def test_anything_else_is_an_error(wrong: object) -> None:
    """Nothing is rounded or converted silently."""
    assert MINOR_UNITS.serialize is not None
    assert MINOR_UNITS.parse_value is not None
    for converted in (MINOR_UNITS.serialize, MINOR_UNITS.parse_value):
        with pytest.raises((TypeError, GraphQLError)):
            converted(wrong)
