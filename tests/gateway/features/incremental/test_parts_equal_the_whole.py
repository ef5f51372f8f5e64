"""The parts of a response add up to what graphql-core delivers over one schema with the same data."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.features.incremental.payloads import MergedResponse
from tests.gateway.features.incremental.parted import (
    bodies,
    deferring_queries,
    entries_hold_their_fragments,
    expected,
    merged,
    payloads,
    with_directives,
    without_directives,
)
from tests.gateway.world import Federation, essence
from tests.gateway.worlds import atlas, maze, shop
from tests.support.examples import examples

WHOLE = {each.name: each for each in (shop(), atlas(), maze())}
WORLDS = tuple(map(with_directives, (shop(), atlas(), maze())))


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(WORLDS), st.integers(1, 3))
def test_any_query_in_parts_adds_up_to_what_one_schema_delivers(
    data: st.DataObject, federation: Federation, items: int
) -> None:
    """Data, errors, and what failed are equal in both formats, and every path exists when it arrives."""
    query = data.draw(deferring_queries(federation))
    asyncio.run(compare(federation, *query, items))
    federation.asked.clear()


def paths(response: dict[str, Any]) -> set[str]:
    """The paths of a response's errors, each once."""
    return {str(each["path"]) for each in response.get("errors", ())}


async def compare(federation: Federation, query: str, variables: dict[str, Any], items: int) -> None:
    """Compare with graphql-core, and with the response without directives unless something failed."""
    parts = await payloads(federation, query, variables, items)
    sent, whole_response = bodies(parts), MergedResponse()
    for part in parts.payloads:
        whole_response.add(part)
    assert bodies(parts) == sent  # whoever sees the whole response does not change what is sent
    sent_older = bodies(parts, "v0.1")
    entries_hold_their_fragments(query, sent_older)
    latest, older = merged(sent), merged(sent_older, "v0.1")
    assert whole_response.body() == latest.response
    assert essence(latest.response) == essence(older.response)
    reference = await expected(federation, query, variables)
    if reference.errors:
        # A subgraph propagates its own nulls first: the data may differ, but not the errors.
        assert paths(latest.response) == paths(reference.response)
        return
    assert essence(latest.response) == essence(reference.response)
    if not latest.failed:
        whole = WHOLE[federation.name].monolith(without_directives(query), variables)
        assert essence(latest.response) == essence(whole)
