"""The first state of a demo: all blocks know its brands, bet-slips are complete, and there are members."""

import asyncio
import time
from typing import Any

import httpx

from furlong.demo.routes import DemoSession, SessionCustomer
from subgraphs.club_kit.domain.accounts import IneligibleReason
from subgraphs.kit.domain.errors import UnknownBrand

PATIENCE_SECONDS = 60.0
MEMBERS = ("c-1003", "c-1004")
STOPPED = frozenset({IneligibleReason.SELF_EXCLUDED.value, IneligibleReason.RG_RESTRICTED.value})
"""Why a customer has no club who took a break before the demo was started again."""

LOOK = """
query Look($brand: ID!) {
  club(brand: $brand) {
    terms { version }
    membership { optedIn canOptIn blockedReason }
    progress { staked { minor } }
    options { id }
    choice { version }
  }
}
"""
AROUND = """
query Around($brand: ID!) {
  bets(brand: $brand, first: 1) { nodes { id } }
  events(brand: $brand, first: 1) { nodes { id } }
  lobby(brand: $brand) { sections { id } }
  wallet(brand: $brand) { id }
}
"""
JOIN = """
mutation Join($input: OptInInput!) {
  optIn(input: $input) { errors { code } }
}
"""


class NotReadyError(Exception):
    """The demo did not reach its first state in time."""


async def reach_first_state(url: str, session: DemoSession) -> None:
    """Wait until each customer's bet-slip is complete, and opt in the customers who are shown as members.

    A customer who has stopped since is shown no club: their bet-slip is as complete as it will be. Other
    blocks read the brands from topics of their own, and know them at other moments.

    Raises:
        NotReadyError: A bet-slip is not complete after a minute; the message contains the last response.
    """
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        for customer in session.customers:
            club = await _complete(client, customer)
            if customer.id in MEMBERS:
                await _join(client, customer, club["terms"]["version"])
        for customer in {customer.brand: customer for customer in session.customers}.values():
            await _known_everywhere(client, customer)


async def _complete(client: httpx.AsyncClient, customer: SessionCustomer) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        response = await _ask(client, customer, LOOK, {"brand": customer.brand})
        club = (response.get("data") or {}).get("club")
        if club and not response.get("errors") and _is_complete(club):
            return dict(club)
        if time.monotonic() > deadline:
            raise NotReadyError(f"the bet-slip of {customer.id} is not complete: {response}")
        await asyncio.sleep(0.05)


async def _known_everywhere(client: httpx.AsyncClient, customer: SessionCustomer) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        response = await _ask(client, customer, AROUND, {"brand": customer.brand})
        codes = {error.get("extensions", {}).get("code") for error in response.get("errors", ())}
        if UnknownBrand.code not in codes:
            return
        if time.monotonic() > deadline:
            raise NotReadyError(f"not all blocks know the brand {customer.brand}: {response}")
        await asyncio.sleep(0.05)


def _is_complete(club: dict[str, Any]) -> bool:
    membership = club["membership"]
    if membership["blockedReason"] in STOPPED:
        return True
    may_belong = membership["optedIn"] or membership["canOptIn"]
    return bool(may_belong and club["progress"] and club["options"] and club["choice"])


async def _join(client: httpx.AsyncClient, customer: SessionCustomer, terms_version: str) -> None:
    # The key is always the same, so a customer who has left the club since is not opted in again.
    inputs = {"brand": customer.brand, "termsVersion": terms_version, "idempotencyKey": "demo-first-state"}
    await _ask(client, customer, JOIN, {"input": inputs})


async def _ask(
    client: httpx.AsyncClient, customer: SessionCustomer, query: str, variables: dict[str, Any]
) -> dict[str, Any]:
    response = await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {customer.token}"},
    )
    response.raise_for_status()
    return dict(response.json())
