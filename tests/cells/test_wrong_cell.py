"""A gateway of a cell answers its own customers only, and says so in a way that a router understands."""

from collections.abc import Callable

import httpx
import pytest

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.tokens import demo_sessions, make_token
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings

Celled = Callable[..., DatabaseSettings]
CELL = Cell("c1", 2, 3, 4)
CUSTOMERS = [f"c-{n}" for n in range(12)]
QUERY = {"query": "{ __typename }"}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_customers_of_another_cell_are_refused_before_anything_is_executed(
    celled: Celled, tmp_path: object, accept: str
) -> None:
    """The code is WRONG_CELL and the status 425, each time; own customers and visitors are served."""
    sessions = demo_sessions("a secret of at least 32 bytes, for tests")
    database = celled(f"sqlite+aiosqlite:///{tmp_path}", CELL.name, CELL.partitions, CELL.of)
    site = create_site(subgraph_parts(database, sessions=sessions), gateway=GatewaySettings())
    transport = httpx.ASGITransport(site)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://site.test") as client,
        site.router.lifespan_context(site),
    ):
        answered = {}
        for customer in CUSTOMERS * 2:
            token = make_token(sessions, "northbet", customer, SystemClock().now())
            headers = {"authorization": f"Bearer {token}", "accept": accept}
            response = await client.post("/graphql", json=QUERY, headers=headers)
            answered[customer] = response.status_code
            if response.status_code != 200:
                (error,) = response.json()["errors"]
                assert error["extensions"]["code"] == "WRONG_CELL"
        assert answered == {
            customer: 200 if CELL.has("northbet", customer) else 425 for customer in CUSTOMERS
        }
        assert set(answered.values()) == {200, 425}
        assert (await client.post("/graphql", json=QUERY)).status_code == 200
        assert 'code="WRONG_CELL"' in (await client.get("/metrics")).text
