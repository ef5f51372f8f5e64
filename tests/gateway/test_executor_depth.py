"""Documents that lead deep are answered or refused, and are never a fault."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.errors import RequestError
from tests.gateway.world import Federation
from tests.gateway.worlds import shop


def written_out(levels: int) -> str:
    """A query that goes from authors to reviews and back."""
    return "{ me { " + "reviews { author { " * levels + "id " + "} } " * levels + "} }"


def by_fragments(levels: int) -> str:
    """The same depth, with nothing nested in the text."""
    fragments = (
        f"fragment F{each} on User {{ reviews {{ author {{ ...F{each + 1} }} }} }}" for each in range(levels)
    )
    return f"{{ me {{ ...F0 }} }} {' '.join(fragments)} fragment F{levels} on User {{ id }}"


def endless(levels: int) -> dict[str, Any]:
    """As many reviews and authors."""
    user: dict[str, Any] = {"id": "1"}
    for _ in range(levels):
        user = {"__typename": "User", "id": "1", "reviews": [{"author": user}]}
    return user


@pytest.fixture
def federation() -> Federation:
    """The shop; reviews lead as deep as one likes."""
    served = shop()
    served.broken["reviews"] = lambda _request: {"data": {"_entities": [endless(60)]}}
    return served


@pytest.mark.parametrize("query", [written_out(40), by_fragments(40)])
async def test_a_deep_query_is_answered(federation: Federation, query: str) -> None:
    """Eighty levels are no trouble."""
    answer = await federation.gateway(query)
    assert "errors" not in answer
    value = answer["data"]["me"]
    for _ in range(40):
        value = value["reviews"][0]["author"]
    assert value == {"id": "1"}


@pytest.mark.parametrize("query", [written_out(80), written_out(150), by_fragments(110)])
async def test_a_query_that_is_too_deep_is_refused(federation: Federation, query: str) -> None:
    """The caller learns that it is the depth, and nobody is asked."""
    with pytest.raises(RequestError, match=r"nested too deeply|Validation aborted"):
        await federation.gateway(query)
    assert not federation.asked
