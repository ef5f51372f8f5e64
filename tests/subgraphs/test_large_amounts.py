"""Totals that outgrow 32 bits are shown as they are, compiled and interpreted."""

import json

import pytest
from graphql import GraphQLError

from jit import ExactIntegers
from subgraphs.kit.graphql.money import MAX_MINOR, MINOR_UNITS, money


@pytest.mark.parametrize("minor", [0, -1, 2**31 - 1, 2**31, 2**40, MAX_MINOR])
def test_an_amount_of_any_size_serializes_to_itself(minor: int) -> None:
    """It becomes a JSON number that JavaScript reads exactly."""
    shown = money(minor, "IDR", "id-ID").minor
    assert MINOR_UNITS.serialize is not None
    assert json.dumps(MINOR_UNITS.serialize(shown)) == str(minor)


@pytest.mark.parametrize("wrong", [MAX_MINOR + 1, -MAX_MINOR - 1, 1.0, True, "1", None])
def test_anything_else_is_an_error(wrong: object) -> None:
    """Nothing is rounded or converted silently."""
    with pytest.raises((TypeError, GraphQLError)):
        ExactIntegers(-MAX_MINOR, MAX_MINOR)(wrong)
