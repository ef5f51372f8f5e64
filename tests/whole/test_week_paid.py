"""A club week in the running product, from bets to the credited reward, through every subgraph and topic."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.storage.database import Database
from furlong.demo.ready_file import database_in
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.club_kit.domain.weeks import Week, week_at
from subgraphs.kit.domain.keys import Owner
from tests.support.processes.running_furlong import BRAND, Demo, eventually, running_demo

CUSTOMER = "c-1001"
OTHER = "c-1002"
CLUB = """query ($brand: ID!, $week: ID!) { club(brand: $brand, week: $week) {
  state progress { staked { minor } } choice { option { id } isDefault } fulfilment { status reference }
} }"""


def past_week() -> Week:
    """Return a week that is certainly closed; the last one may be in its grace."""
    return week_at(datetime.now(UTC) - timedelta(days=14), "Europe/London")


def written(instant: datetime) -> str:
    """Return an instant as messages write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


async def join(data: Path, customer: str, at: datetime) -> None:
    """Record a membership and its facts, as an opt-in in the past would have."""
    club = Database.open(database_in(data), "club")
    async with club.write() as connection:
        await MembershipRepository(MEMBERSHIP_EVENT).append(
            connection,
            Owner(BRAND, customer),
            MembershipKind.OPTED_IN,
            terms_version="2026-1",
            upstream_key=uuid.uuid4().hex,
            at=at,
        )
    await club.close()


def club(demo: Demo, customer: str, week: Week) -> dict[str, Any]:
    """Return the customer's club in a week from the gateway."""
    answer = demo.site.ask(CLUB, {"brand": BRAND, "week": week.iso}, customer=customer)
    assert "errors" not in answer, answer
    return dict(answer["data"]["club"])


def place(demo: Demo, customer: str, at: datetime, **changes: Any) -> str:
    """Publish a bet of the past on Kafka; return its id."""
    bet_id = f"w-{uuid.uuid4()}"
    times = {"placed_at": written(at), "occurred_at": written(at)}
    body = json.loads(demo.site.bet(customer, bet_id, **times)) | changes
    demo.site.produce(json.dumps(body).encode(), key=f"{BRAND}:{customer}")
    return bet_id


@pytest.mark.slow("all processes of the product go through a week")
@pytest.mark.usefixtures("processes")
def test_a_week_goes_from_bets_to_the_credited_reward(tmp_path: Path) -> None:
    """Whoever reached the target is paid when the week is closed, and keeps the reward after a late void."""
    week = past_week()
    joined, placed = week.starts_at + timedelta(hours=1), week.starts_at + timedelta(hours=9)
    with running_demo(tmp_path) as demo:
        for customer in (CUSTOMER, OTHER):
            asyncio.run(join(tmp_path / "data", customer, joined))
        whole = {"stake_minor": 2500, "counting_stake_minor": 2500}
        bet = place(demo, CUSTOMER, placed, **whole)
        place(demo, OTHER, placed)
        eventually(lambda: club(demo, CUSTOMER, week)["state"] == "CONFIRMED", "the target is reached")
        eventually(lambda: club(demo, OTHER, week)["state"] == "MISSED", "the other's target is not")
        assert club(demo, CUSTOMER, week)["fulfilment"] is None

        demo.programs.run("week", "close", BRAND, week.iso)
        eventually(lambda: club(demo, CUSTOMER, week)["state"] == "CREDITED", "the reward is credited")
        paid = club(demo, CUSTOMER, week)
        assert paid["fulfilment"]["status"] == "CREDITED"
        assert paid["fulfilment"]["reference"]
        assert paid["choice"]["isDefault"]
        assert club(demo, OTHER, week)["fulfilment"] is None

        void = {"bet_id": bet, "bet_revision": 2, "status": "void", **whole, "counting_stake_minor": 0}
        place(demo, CUSTOMER, placed, **void)
        eventually(lambda: club(demo, CUSTOMER, week)["progress"]["staked"]["minor"] == 0, "the void counts")
        eventually(lambda: "REVOKED_AFTER_CREDIT" in demo.programs.run("fulfilment", "reviews"), "a flag")
        assert club(demo, CUSTOMER, week)["state"] == "CREDITED"
