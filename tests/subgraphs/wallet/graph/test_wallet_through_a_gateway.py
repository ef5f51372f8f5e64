"""The wallet through the gateway, as pages reach it: reads, changes and what they follow."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, MemoryTransport, create_gateway
from tests.gateway.features.subscriptions.newsroom import body, subscribed
from tests.subgraphs.wallet.served_wallet import ServedWallet, stake
from tests.support.subgraphs.club_fixture import session
from tests.support.subgraphs.club_samples import OWNER

ROOT = Path(__file__).parents[4]
SUPERGRAPH = ROOT / "schema.public.graphql"
SHOWN = re.findall(
    r"^```graphql\n(.*?)^```$", (ROOT / "docs/wallet.md").read_text(), re.MULTILINE | re.DOTALL
)
PATIENCE_SECONDS = 180
READ = """{ wallet(brand: "northbet") { id balance { display } withdrawable { minor } bonus { minor }
  transactions(first: 2) { nodes { kind amount { display } state reference } pageInfo { hasNextPage } }
  limits { kind amount { minor } usedMinutes } prompts } }"""
LIMIT = """mutation { setLimit(input: {brand: "northbet", kind: STAKE_BET, amountMinor: 700, currency: "GBP",
  idempotencyKey: "k"}) { limits { kind amount { display } } errors { code } } }"""
FOLLOW = 'subscription { walletUpdated(brand: "northbet") { balance { minor } limits { kind } } }'


@pytest.fixture
def gateway(served: ServedWallet) -> Any:
    """The gateway over the wallet alone; nothing else is asked."""
    transports = {
        name: MemoryTransport(unused) for name in ("club", "events", "fulfilment", "progress", "rewards")
    }
    subgraph = served.subgraph
    transports["wallet"] = MemoryTransport(
        subgraph.prepare, trusted=True, subscribe=subgraph.prepare_subscription
    )
    return create_gateway(SUPERGRAPH.read_text(), transports, GatewaySettings())


@pytest.fixture
async def client(gateway: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    transport = httpx.ASGITransport(gateway)
    async with (
        gateway.router.lifespan_context(gateway),
        httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as opened,
    ):
        yield opened


def unused(_document: str, _name: str | None) -> Any:
    """Fail: no subgraph besides the wallet may be asked."""
    raise AssertionError("only the wallet is asked")


async def asked(client: httpx.AsyncClient, query: str, headers: dict[str, str] | None = None) -> Any:
    """Return the answer to the usual customer."""
    given = session() if headers is None else headers
    return (await client.post("/graphql", json={"query": query}, headers=given)).json()


async def test_a_page_reads_changes_and_reads_again(served: ServedWallet, client: httpx.AsyncClient) -> None:
    """No answer is given again from before a change; a visitor has no wallet."""
    await served.pay_in(OWNER, 1_000)
    await served.wallet.funds.reserve(stake("bet-1", 250))
    wallet = {
        "id": "northbet:c-1",
        "balance": {"display": "£7.50"},
        "withdrawable": {"minor": 750},
        "bonus": {"minor": 0},
        "transactions": {
            "nodes": [
                {"kind": "STAKE", "amount": {"display": "-£2.50"}, "state": "PENDING", "reference": "bet-1"},
                {"kind": "DEPOSIT", "amount": {"display": "£10.00"}, "state": "POSTED", "reference": None},
            ],
            "pageInfo": {"hasNextPage": False},
        },
        "limits": [],
        "prompts": ["FIRST_DEPOSIT"],
    }
    assert await asked(client, READ) == {"data": {"wallet": wallet}}
    changed = (await asked(client, LIMIT))["data"]["setLimit"]
    assert changed == {"limits": [{"kind": "STAKE_BET", "amount": {"display": "£7.00"}}], "errors": []}
    await served.wallet.funds.release(stake("bet-1", 250))
    again = (await asked(client, READ))["data"]["wallet"]
    assert (again["balance"]["display"], again["limits"][0]["kind"]) == ("£10.00", "STAKE_BET")
    assert await asked(client, READ, {}) == {"data": {"wallet": None}}


def test_the_page_shows_a_query_a_subscription_and_a_mutation() -> None:
    """Those that are executed here."""
    assert [document.split()[0] for document in SHOWN] == ["query", "subscription", "mutation"]


async def test_what_the_page_of_the_wallet_shows_can_be_asked(
    served: ServedWallet, client: httpx.AsyncClient, gateway: Any
) -> None:
    """Word for word, by whoever copies it."""
    await served.pay_in(OWNER, 1_000)
    query, subscription, mutation = SHOWN
    wanted = {"brand": "northbet", "kind": "STAKE_BET", "amountMinor": 700, "currency": "GBP"}
    for document, variables in (
        (mutation, {"input": wanted | {"idempotencyKey": "k"}}),
        (query, {"brand": "northbet"}),
    ):
        body_ = {"query": document, "variables": variables}
        answer = (await client.post("/graphql", json=body_, headers=session())).json()
        assert "errors" not in answer, answer
    assert answer["data"]["wallet"]["limits"][0]["amount"] == {"display": "£7.00"}
    stream = await subscribed(gateway, subscription, session(), variables={"brand": "northbet"})
    event = body(await asyncio.wait_for(anext(aiter(stream)), PATIENCE_SECONDS))
    assert event["data"]["walletUpdated"]["balance"] == {"display": "£10.00"}
    await stream.aclose()


async def test_a_page_follows_the_wallet(served: ServedWallet, gateway: Any) -> None:
    """As server-sent events: now, and after each change."""
    stream = await subscribed(gateway, FOLLOW, session())

    async def told() -> Any:
        event = await asyncio.wait_for(anext(aiter(stream)), PATIENCE_SECONDS)
        return body(event)["data"]["walletUpdated"]

    assert await told() == {"balance": {"minor": 0}, "limits": []}
    await served.pay_in(OWNER, 1_000)
    assert await told() == {"balance": {"minor": 1_000}, "limits": []}
    await served.data(LIMIT)
    assert await told() == {"balance": {"minor": 1_000}, "limits": [{"kind": "STAKE_BET"}]}
    await stream.aclose()
