"""The gateway's path: the bet-slip from three subgraphs over HTTP whose answers are fixed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
async def gateway(given: Counted) -> AsyncIterator[Request]:
    """The bet-slip by `furlong gateway serve`, as `make bench BENCH=gateway` measures it."""
    urls = {name: f"http://{name}.example/graphql" for name in SCHEMAS}
    app = create_gateway(SUPERGRAPH.read_text(encoding="utf-8"), settings=GatewaySettings(subgraph_urls=urls))
    with subgraphs_at({f"{name}.example": FixedAnswers(name) for name in SCHEMAS}):
        async with served(app) as connect:
            client = connect()
            yield asking(client, betslip_request(given.token), require_right)
            client.close()
