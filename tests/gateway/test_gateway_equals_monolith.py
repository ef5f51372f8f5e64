"""The gateway's answer is that of one schema over the same data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import SubgraphUnreachable
from tests.federation_kit.asked import SubgraphRequest
from tests.gateway.operations import queries
from tests.gateway.regression_queries import QUERIES
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import atlas, maze, shop
from tests.support.examples import examples


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("name", QUERIES)
async def test_the_answer_is_the_monoliths(name: str, *, trusted: bool) -> None:
    """Data is equal to the letter, and errors are where the monolith has them."""
    make, query = QUERIES[name]
    federation: Federation = make()
    federation.trusted = trusted
    assert essence(await federation.gateway(query)) == essence(federation.monolith(query))


SHOP, ATLAS, MAZE, BROKEN, VOUCHED = shop(), atlas(), maze(), atlas(), (atlas(), maze())
for each in VOUCHED:
    each.trusted = True


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(queries(SHOP.supergraph.public))
def test_any_query_of_the_shop_is_answered_as_by_the_monolith(query: tuple[str, dict[str, Any]]) -> None:
    """Random selections, aliases, conditions and fragments give the same answer."""
    assert essence(asyncio.run(SHOP.gateway(*query))) == essence(SHOP.monolith(*query))


@settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(queries(ATLAS.supergraph.public))
def test_any_query_of_the_atlas_is_answered_as_by_the_monolith(query: tuple[str, dict[str, Any]]) -> None:
    """The same over chains of keys, overrides, shared values, interfaces and unions."""
    assert essence(asyncio.run(ATLAS.both_ways(*query))) == essence(ATLAS.monolith(*query))


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(queries(MAZE.supergraph.public))
def test_any_query_of_the_maze_is_answered_as_by_the_monolith(query: tuple[str, dict[str, Any]]) -> None:
    """The same over requirements in circles, with arguments and over interfaces, and unions that differ."""
    assert essence(asyncio.run(MAZE.gateway(*query))) == essence(MAZE.monolith(*query))


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(VOUCHED))
def test_subgraphs_that_are_vouched_for_are_taken_at_their_word_and_rightly_so(
    data: st.DataObject, federation: Federation
) -> None:
    """What is not looked for in their answers is never there, also where some of their fields fail."""
    query = data.draw(queries(federation.supergraph.public))
    assert essence(asyncio.run(federation.gateway(*query))) == essence(federation.monolith(*query))


@settings(max_examples=examples(80), suppress_health_check=list(HealthCheck))
@given(queries(ATLAS.supergraph.public), st.sampled_from(("a", "b", "c", "d")))
def test_with_a_subgraph_down_every_missing_value_is_explained(
    query: tuple[str, dict[str, Any]], lost: str
) -> None:
    """What is there is the monolith's, and at or below every null that is not there is an error."""
    BROKEN.broken = {lost: down}
    answer, truth = asyncio.run(BROKEN.both_ways(*query)), ATLAS.monolith(*query)
    places = {tuple(error["path"]) for error in (*answer.get("errors", ()), *truth.get("errors", ()))}
    explained = {place[:length] for place in places for length in range(len(place) + 1)}
    assert not [place for place in lost_places(answer["data"], truth["data"], ()) if place not in explained]


def down(_request: SubgraphRequest) -> Any:
    """A subgraph that gives no GraphQL answer."""
    raise SubgraphUnreachable("connection refused")


def lost_places(
    given_value: Any, true_value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[str | int, ...]]:
    """Where the answer has null and the truth has not; anything else must be equal."""
    if given_value is None:
        if true_value is not None:
            yield path
        return
    match given_value, true_value:
        case dict(), dict():
            assert list(given_value) == list(true_value)
            for name in given_value:
                yield from lost_places(given_value[name], true_value[name], (*path, name))
        case list(), list():
            assert len(given_value) == len(true_value)
            for index, (one, other) in enumerate(zip(given_value, true_value, strict=True)):
                yield from lost_places(one, other, (*path, index))
        case _:
            assert given_value == true_value
