"""Over HTTP/2 clients of the gateway get the same as over HTTP/1.1, whatever a subgraph answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.http.http2_stub import Http2Stub, Refusal, go_away, http2_stub, refused_stream
from tests.http.stub import Reaction, Reply, replying
from tests.http.test_subgraph_failures_over_http import (
    ENTITIES,
    GOOD,
    INVALID,
    NO_ANSWER,
    SENT_AGAIN,
    UNREACHABLE,
    WRONG_ANSWER,
    asked,
    entities,
    in_stock,
    told,
)


def replies(reactions: dict[str, Reaction]) -> dict[str, Reply]:
    """What of a matrix is a reply, and not an accident of a connection of HTTP/1.1."""
    return {name: each for name, each in reactions.items() if isinstance(each, Reply)}


@pytest.fixture
async def broken() -> AsyncIterator[Http2Stub]:
    """A subgraph over HTTP/2 that misbehaves."""
    async with http2_stub() as listening:
        yield listening


@pytest.mark.parametrize(
    ("name", "code"),
    [(name, UNREACHABLE) for name in replies(NO_ANSWER)]
    + [(name, INVALID) for name in replies(WRONG_ANSWER)],
)
async def test_what_is_no_answer_or_a_wrong_one_costs_its_fields_alone(
    broken: Http2Stub, name: str, code: str
) -> None:
    """The same errors at the same paths, and as many attempts."""
    broken.reaction = {**NO_ANSWER, **WRONG_ANSWER}[name]
    answer = await asked(broken, "inventory", ENTITIES)
    assert in_stock(answer) == [None, None]
    assert told(answer) == [(["topProducts", each, "inStock"], code, "inventory") for each in (0, 1)]
    assert len(broken.asked) == 1 + (name in SENT_AGAIN)


async def test_a_redirect_is_not_followed(broken: Http2Stub) -> None:
    """Nobody can send the gateway to another address."""
    async with http2_stub() as elsewhere:
        broken.reaction = replying(b"", 307, location=elsewhere.url)
        answer = await asked(broken, "inventory", ENTITIES)
        assert elsewhere.asked == []
    assert {code for _, code, _ in told(answer)} == {UNREACHABLE}


@pytest.mark.parametrize("refusals", [[refused_stream], [go_away], [go_away, refused_stream, refused_stream]])
async def test_what_the_subgraph_has_not_processed_is_sent_again(
    broken: Http2Stub, refusals: list[Refusal]
) -> None:
    """Once by the transport, and if that is refused too, by the retry of the query; no client notices."""
    broken.refusals, broken.reaction = list(refusals), entities(GOOD)
    answer = await asked(broken, "inventory", ENTITIES)
    assert (in_stock(answer), told(answer)) == ([True, False], [])
    assert len(broken.asked) == len(refusals) + 1
