"""`Club.fulfilment` is read in batches, and shown only to the club's own customer."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from foundation.storage.settings import DatabaseSettings
from subgraphs.fulfilment.app import create_subgraph
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.fulfilment.payout_harness import PayoutHarness, club_of
from tests.support.subgraphs.club_fixture import session, session_settings

ENTITIES = """
query ($clubs: [_Any!]!) {
  _entities(representations: $clubs) {
    ... on Club { fulfilment { status creditedAt expiresAt reference } }
  }
}
"""


@pytest.fixture
async def subgraph(harness: PayoutHarness) -> AsyncIterator[Subgraph]:
    """Yield the subgraph over the harness's database."""
    verifier = SessionVerifier.from_settings(session_settings(), harness.clock)
    upstream = UpstreamSettings(url="http://upstream.test")
    made = create_subgraph(
        SubgraphParts(DatabaseSettings(url=harness.url), upstream, verifier, harness.clock)
    )
    yield made
    await made.close()


async def ask(subgraph: Subgraph, customers: Sequence[str], viewer: str = "c-1") -> dict[str, Any]:
    """Return the clubs of customers, as a viewer sees them."""
    clubs = [{"__typename": "Club", "id": club_of(customer).encode()} for customer in customers]
    return await subgraph.execute(ENTITIES, {"clubs": clubs}, None, session(viewer))


async def test_there_is_none_before_the_week_is_confirmed(harness: PayoutHarness, subgraph: Subgraph) -> None:
    """A provisional week has no fulfilment."""
    await harness.qualify("c-1", "provisional")
    assert await ask(subgraph, ["c-1"]) == {"data": {"_entities": [{"fulfilment": None}]}}


async def test_a_confirmed_reward_waits_and_is_then_credited(
    harness: PayoutHarness, subgraph: Subgraph
) -> None:
    """The customer sees that the reward waits, and then its credit, expiry and reference."""
    await harness.owe("c-1")
    before = await ask(subgraph, ["c-1"])
    assert before["data"]["_entities"][0]["fulfilment"]["status"] == "WAITING"
    await harness.run_worker(harness.open())
    shown = (await ask(subgraph, ["c-1"]))["data"]["_entities"][0]["fulfilment"]
    one = await harness.find("c-1")
    assert one.credited_at is not None
    assert one.expires_at is not None
    assert shown == {
        "status": "CREDITED",
        "creditedAt": one.credited_at.isoformat(),
        "expiresAt": one.expires_at.isoformat(),
        "reference": one.reference,
    }


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (FulfilmentState.FULFILLING, "SENT"),
        (FulfilmentState.REVIEW, "REVIEW"),
        (FulfilmentState.REVOKING, "REVIEW"),
        (FulfilmentState.USED, "USED"),
        (FulfilmentState.EXPIRED, "EXPIRED"),
        (FulfilmentState.EXCLUDING, None),
        (FulfilmentState.INELIGIBLE, None),
        (FulfilmentState.REVOKED, None),
    ],
)
async def test_each_state_is_shown(
    harness: PayoutHarness, subgraph: Subgraph, state: FulfilmentState, shown: str | None
) -> None:
    """A reward in doubt is shown as in review; one that will not be paid is not shown."""
    await harness.owe("c-1")
    await harness.overwrite("c-1", state=state)
    fulfilment = (await ask(subgraph, ["c-1"]))["data"]["_entities"][0]["fulfilment"]
    assert (fulfilment and fulfilment["status"]) == shown


async def test_another_customers_club_is_forbidden(harness: PayoutHarness, subgraph: Subgraph) -> None:
    """The id of another customer's club reveals nothing."""
    await harness.owe("c-2")
    answer = await ask(subgraph, ["c-2"])
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "WAITING" not in str(answer)
