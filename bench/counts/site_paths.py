"""The paths of customers: the bet-slip, in process and over HTTP, and the event that a change sends."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, Final

import orjson
from sqlalchemy import update
from starlette.applications import Starlette

from bench.counts.club import CUSTOMER, Counted, Request, asking, post, served
from bench.counts.doubles import subgraphs_at
from bench.fixtures.customers import BRAND, customer_id
from bench.fixtures.fixed_subgraphs import FixedAnswers
from bench.harness.servers import ROOT
from foundation.storage.database import Database
from furlong.cli.processes.subgraph import SCHEMAS
from furlong.neighbours import NEIGHBOURS
from furlong.serve.site import create_site
from furlong.settings import ServeSettings
from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.live.waking import GATHER_SECONDS
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import ExecutionSettings, PublicDataSettings, UpstreamSettings
from subgraphs.progress.models import PROGRESS

BETSLIP: Final = (ROOT / "contracts" / "betslip.graphql").read_text(encoding="utf-8")
UPDATES: Final = (ROOT / "contracts" / "updates.graphql").read_text(encoding="utf-8")
RIGHT: Final = b'"countedBets"'
WRONG: Final = b'"errors"'
QUIET_SECONDS: Final = 1.5 * GATHER_SECONDS
"""Streams are woken in groups: a change within this time after another would wait for a timer."""


@asynccontextmanager
async def betslip(given: Counted) -> AsyncIterator[Request]:
    """The bet-slip by `furlong serve`: its subgraphs in process, tokens checked, all limits; none is kept."""
    async with served(site(given, kept_answers={"bytes": 0})) as connect:
        client = connect()
        yield asking(client, betslip_request(given.token), require_right)
        client.close()


@asynccontextmanager
async def betslip_again(given: Counted) -> AsyncIterator[Request]:
    """The same bet-slip while nothing about it changes: what it was made of is read and compared."""
    async with served(site(given)) as connect:
        client = connect()
        yield asking(client, betslip_request(given.token), require_right)
        client.close()


@asynccontextmanager
async def betslip_changed(given: Counted) -> AsyncIterator[Request]:
    """The same bet-slip after each bet: what was read to compare is used to make it anew."""
    async with served(site(given)) as connect, _progress(given) as bet:
        client, request = connect(), betslip_request(given.token)

        async def ask(counting: AbstractContextManager[object]) -> None:
            await bet()
            with counting:
                reply = await client.ask(request)
            require_right(reply)

        yield ask
        client.close()


@asynccontextmanager
async def live_event(given: Counted) -> AsyncIterator[Request]:
    """From the notice that a customer's progress has changed to the event on an open stream (SSE)."""
    bus = MemoryBus(is_complete=True)
    async with served(site(given, bus)) as connect, _progress(given) as bet:
        client = connect()
        headers = (f"Authorization: Bearer {given.token}", "Accept: text/event-stream")
        await client.ask(post("/graphql", _body(UPDATES), *headers), _is_event)

        async def change(counting: AbstractContextManager[object]) -> None:
            await bet()
            time.sleep(QUIET_SECONDS)  # noqa: ASYNC251 - the loop knows no time
            with counting:
                bus.customers_changed([given.key])
                event = await client.reply(_is_event)
            require_right(event)

        yield change
        client.close()


@asynccontextmanager
async def _progress(given: Counted) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Provide what counts one more bet of the customer."""
    database, bets = Database.open(given.database, "progress"), itertools.count(100)

    async def bet() -> None:
        of_customer = PROGRESS.c.customer_id == customer_id(CUSTOMER)
        async with database.write() as connection:
            await connection.execute(update(PROGRESS).where(of_customer).values(counted_bets=next(bets)))

    yield bet
    await database.close()


def site(given: Counted, bus: MemoryBus | None = None, **settings: Any) -> Starlette:
    """Build the site with its default settings, without a page, whose files would be settings, too."""
    parts = SubgraphParts(
        given.database,
        UpstreamSettings(),
        SessionVerifier.from_settings(given.sessions, given.clock),
        given.clock,
        ReadOptions(PublicDataSettings(), ExecutionSettings().execution),
        bus=bus or MemoryBus(is_complete=True),
        # Events in quick succession would wait.
        live=LiveSettings(interval_seconds=0),
        neighbours=NEIGHBOURS,
    )
    return create_site(parts, ServeSettings(page=given.folder / "no-page"), GatewaySettings(**settings))


def betslip_request(token: str, *headers: str) -> bytes:
    """Return the bet-slip's request of the customer with a token."""
    return post("/graphql", _body(BETSLIP), f"Authorization: Bearer {token}", *headers)


def require_right(reply: bytes) -> None:
    """Check a reply: the work for a wrong one means nothing.

    Raises:
        RuntimeError: It is not the customer's club.
    """
    if RIGHT not in reply or WRONG in reply:
        raise RuntimeError(f"a wrong reply: {reply[:800]!r}")


def _body(query: str) -> bytes:
    return orjson.dumps({"query": query, "variables": {"brand": BRAND}})


def _is_event(received: bytes) -> bool:
    return RIGHT in received or WRONG in received


SUPERGRAPH = ROOT / "schema.public.graphql"


@asynccontextmanager
async def gateway(
    given: Counted,
    headers: tuple[str, ...] = (),
    require: Callable[[bytes], None] = require_right,
    **settings: Any,
) -> AsyncIterator[Request]:
    """The bet-slip by `furlong gateway serve`, as `make bench BENCH=gateway` measures it.

    Args:
        given: The customer who asks.
        headers: More headers of the request, as lines.
        require: Checks the replies.
        settings: Settings that are not the default.
    """
    urls = {name: f"http://{name}.example/graphql" for name in SCHEMAS}
    chosen = GatewaySettings(subgraph_urls=urls, **settings)
    app = create_gateway(SUPERGRAPH.read_text(encoding="utf-8"), settings=chosen)
    with subgraphs_at({f"{name}.example": FixedAnswers(name) for name in SCHEMAS}):
        async with served(app) as connect:
            client = connect()
            yield asking(client, betslip_request(given.token, *headers), require)
            client.close()
