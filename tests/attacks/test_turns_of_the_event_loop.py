"""G28: whatever is sent, the event loop comes round again soon, so that others get their turn."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson
import pytest

from tests.attacks.attacked import BETSLIP, CLUB, attacked
from tests.attacks.documents import LIKE, costly_document_of
from tests.attacks.test_bodies import BODIES
from tests.attacks.test_multiplication import REFUSED
from tests.attacks.test_nesting import TOO_DEEP
from tests.support.gateway.foreign_supergraph import foreign_supergraph

JSON: Final = {"content-type": "application/json"}


@dataclass(slots=True)
class Turns:
    """Counts the calls of functions in the event loop's thread between two turns of the loop.

    Attributes:
        longest: The most calls between two turns.
    """

    longest: int = 0
    _calls: int = 0

    def observe(self, _frame: object, event: str, _argument: object) -> None:
        """Count a call."""
        if event in {"call", "c_call"}:
            self._calls += 1

    async def watch(self) -> None:
        """Look at the count in each turn, until cancelled."""
        while True:
            self._calls = 0
            await asyncio.sleep(0)
            self.longest = max(self.longest, self._calls)


async def longest_turn(app: Any, body: bytes) -> int:
    """The most calls between two turns of the loop while a request is answered."""
    turns, transport = Turns(), httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        await client.get("/health")  # the routes are built by the first request
        watching, before = asyncio.create_task(turns.watch()), sys.getprofile()
        await asyncio.sleep(0)  # let it begin
        sys.setprofile(turns.observe)
        try:
            response = await client.post(
                "/graphql", content=body, headers={"content-type": "application/json"}
            )
            await asyncio.sleep(0)  # let it look once more
        finally:
            sys.setprofile(before)
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    assert response.status_code < 500
    return turns.longest


def body_of(query: str, variables: dict[str, Any] | None = None) -> bytes:
    """The body of a request."""
    return orjson.dumps({"query": query, "variables": variables or {}})


@pytest.fixture(scope="module")
def unit() -> int:
    """The same of a bet-slip that is known, which takes some 250 µs."""

    async def known() -> int:
        app, body = attacked(CLUB).app, body_of(BETSLIP, {"brand": "b"})
        return [await longest_turn(app, body) for _ in range(3)][-1]

    return asyncio.run(known())


REFUSED_BODIES: Final = {
    **{f"deep: {name}": body_of(document) for name, (document, _) in TOO_DEEP.items()},
    **{f"much: {name}": body_of(document) for name, (document, _) in REFUSED.items()},
    **{f"body: {name}": body for name, (body, _) in BODIES.items()},
}


async def test_what_is_refused_holds_nobody_up(unit: int) -> None:
    """It is parsed and measured in another thread; a turn of the loop takes less than two bet-slips."""
    app = attacked(CLUB).app
    turns = {name: await longest_turn(app, body) for name, body in REFUSED_BODIES.items()}
    assert {name: turn / unit for name, turn in turns.items() if turn >= 2 * unit} == {}


async def test_what_is_allowed_holds_others_up_for_less_than_a_hundred_bet_slips(unit: int) -> None:
    """New and known, without limits of cost, and with all that sixty subgraphs do in this process."""
    made = attacked(foreign_supergraph(60), cost={"mode": "measure"})
    for like in LIKE:
        document = costly_document_of(like, made.supergraph.public)
        body = body_of(document, {f"c{n}": n % 2 == 0 for n in range(6)})
        turns = [await longest_turn(made.app, body) for _ in range(2)]
        assert max(turns) < 100 * unit, like
