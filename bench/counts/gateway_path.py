"""The gateway's path: the bet-slip from three subgraphs over HTTP whose answers are fixed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bench.counts.club import Counted, Request, asking, served
from bench.counts.doubles import subgraphs_at
from bench.counts.site_paths import betslip_request, require_right
from bench.fixtures.fixed_subgraphs import FixedAnswers
from bench.harness.servers import ROOT
from furlong.cli.processes.subgraph import SCHEMAS
from gateway.app import create_gateway
from gateway.settings import GatewaySettings

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
