"""Subgraphs, a simulator that is served over HTTP, and recovery, over the same databases."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import delete, insert, select

from consumers.club.reducers import ClubReducer
from consumers.messages.accounts import decode_account
from consumers.messages.reducers import ReferenceReducer
from consumers.stream.topics import Message
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from furlong.workers.recovery_worker import create_recovery_rounds
from furlong.workers.upstream_reconciliation import UpstreamReconciliation
from simulator.upstream.api import serving_upstream
from simulator.world import load_world
from subgraphs.club.models import INTENT as CLUB_INTENT
from subgraphs.club.models import MEMBERSHIP_EVENT, OUTBOX
from subgraphs.club_kit.comparison import Compared
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.mutations.recovery import RecoveryRounds
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.settings import CompareSettings, UpstreamSettings
from subgraphs.rewards.models import INTENT as REWARDS_INTENT
from subgraphs.rewards.models import REWARD_CHOICE
from tests.support.consumers.sample_messages import account as account_record
from tests.support.subgraphs.club_fixture import REFERENCE, ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import (
    NOW,
    WEEK,
    account_row,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)

BRAND: Final = "northbet"
CUSTOMER: Final = "c-1001"
OWNER: Final = Owner(BRAND, CUSTOMER)
MEMBERSHIP: Final = f"/v1/brands/{BRAND}/customers/{CUSTOMER}/membership"
CHOICE: Final = f"/v1/brands/{BRAND}/customers/{CUSTOMER}/weeks/{WEEK}/choice"
UNDISTURBED: Final = timedelta(minutes=5)
"""More than recovery leaves a change to its request, with the timeouts of the tests."""

LOCKED_AT: Final = NOW + timedelta(hours=1)
LOCK_MINUTES: Final = (week_named(WEEK, "Europe/London").ends_at - LOCKED_AT) // timedelta(minutes=1)

OPT_IN = """mutation ($i: OptInInput!) { optIn(input: $i) {
  errors { code message } club { membership { optedIn pending version } } } }"""
OPT_OUT = OPT_IN.replace("OptInInput", "OptOutInput").replace("optIn(", "optOut(")
CHANGE = """mutation ($i: ChangeRewardInput!) { changeReward(input: $i) {
  errors { code message } club { choice { option { id } version pending } } } }"""
SHOWN = f'{{ club(brand: "{BRAND}") {{ membership {{ optedIn pending version }} }} }}'


@dataclass(frozen=True, slots=True)
class RecoveryHarness:
    """The subgraphs, the simulator and recovery.

    Attributes:
        club_fixture: Subgraphs that wait long for the upstream.
        impatient: Subgraphs that give up a call after a moment, without a retry.
        once: Subgraphs that wait for the answer to a call, without a retry.
        api: A client of the simulator's own API.
        stack: Closes what is opened later.
        revisions: The revisions of published accounts.
        owner: The customer who asks, and whose faults and calls are meant.
    """

    club_fixture: ClubFixture
    impatient: ClubFixture
    once: ClubFixture
    api: httpx.AsyncClient
    stack: AsyncExitStack
    revisions: Iterator[int] = field(default_factory=lambda: itertools.count(10))
    owner: Owner = OWNER

    def of(self, customer: str) -> "RecoveryHarness":
        """Return the same for another customer."""
        return replace(self, owner=Owner(BRAND, customer))

    def advance(self, by: timedelta) -> None:
        """Advance the time of all subgraphs."""
        for club_fixture in (self.club_fixture, self.impatient, self.once):
            club_fixture.clock.advance(by)

    def recovering(self, clock: Clock | None = None, **upstream: Any) -> RecoveryRounds:
        """Build a node's recovery, by default on the fixture's clock and patient."""
        settings = {"timeout_seconds": 60.0, "retry_delay_seconds": 0.0} | upstream
        upstream_settings = UpstreamSettings(url=self.club_fixture.upstream_url, **settings)
        return create_recovery_rounds(self.parts(upstream_settings, clock))

    def parts(self, upstream: UpstreamSettings, clock: Clock | None = None) -> RecoveryParts:
        """Return what a node's recovery is built from."""
        database = DatabaseSettings(url=self.club_fixture.url)
        return RecoveryParts(self.stack, database, upstream, clock or self.club_fixture.clock)

    async def recover(self) -> tuple[int, int]:
        """Run a round of recovery when it is due; return how many changes are settled and in doubt."""
        self.club_fixture.clock.advance(UNDISTURBED)
        made = await self.recovering().round()
        return made.settled, made.in_doubt

    def comparing(self, *, dry: bool = False) -> UpstreamReconciliation:
        """Build a node's reconciliation with the upstream, on the fixture's clock, at full speed."""
        settings = UpstreamSettings(url=self.club_fixture.upstream_url, timeout_seconds=60.0, attempts=1)
        return UpstreamReconciliation.open(self.parts(settings), CompareSettings(per_second=1000.0), dry=dry)

    async def compare(self, *, dry: bool = False) -> dict[str, Compared]:
        """Return the outcome of comparing each record of the customer."""
        return {
            one.what: one.outcome async for one in self.comparing(dry=dry).compare_all() if one.owner == OWNER
        }

    async def by_another_channel(self, path: str, body: dict[str, Any], key: str = "elsewhere") -> None:
        """Change something upstream, as another channel does."""
        answer = await self.api.put(path, json=body, headers={"Idempotency-Key": key})
        answer.raise_for_status()

    async def opt_in(self, key: str = "in", club_fixture: ClubFixture | None = None) -> dict[str, Any]:
        """Opt in."""
        return await self._mutate(
            (club_fixture or self.club_fixture).club,
            OPT_IN,
            {"termsVersion": "2026-1", "idempotencyKey": key},
        )

    async def opt_out(self, key: str = "out", club_fixture: ClubFixture | None = None) -> dict[str, Any]:
        """Opt out."""
        return await self._mutate((club_fixture or self.club_fixture).club, OPT_OUT, {"idempotencyKey": key})

    async def change(
        self,
        key: str = "change",
        version: int = 0,
        club_fixture: ClubFixture | None = None,
        reward: str = "fb-2x3",
    ) -> dict[str, Any]:
        """Change the reward."""
        arguments = {"optionId": f"{BRAND}:{reward}:1", "expectedVersion": version, "idempotencyKey": key}
        return await self._mutate((club_fixture or self.club_fixture).rewards, CHANGE, arguments)

    async def membership(self) -> dict[str, Any]:
        """Return the membership from the graph."""
        data = await data_of(self.club_fixture.club, SHOWN, {}, session(self.owner.customer))
        return dict(data["club"]["membership"])

    async def fault(self, name: str, **more: Any) -> None:
        """Inject a fault into the customer's next calls."""
        order = {"fault": name, "customer": self.owner.customer} | more
        (await self.api.post("/simulator/faults", json=order)).raise_for_status()

    async def no_more_faults(self) -> None:
        """Remove all faults."""
        (await self.api.delete("/simulator/faults")).raise_for_status()

    async def journal(self, method: str = "PUT", customer: str | None = CUSTOMER) -> list[dict[str, Any]]:
        """Return the simulator's calls, oldest first."""
        answer = await self.api.get("/simulator/journal", params={"customer": customer} if customer else {})
        return [entry for entry in answer.json()["entries"] if entry["method"] == method]

    async def effects(self, path: str) -> int:
        """Return how often the simulator's record was changed."""
        return sum((one["path"], one["outcome"]) == (path, "applied") for one in await self.journal())

    async def set_account(self, account: Account, owner: Owner = OWNER) -> None:
        """Apply a changed account in the subgraphs."""
        for subgraph in (self.club_fixture.club, self.club_fixture.rewards):
            table = REFERENCE[subgraph.name].account
            async with subgraph.database.write() as connection:
                await connection.execute(delete(table).where(table.c.customer_id == owner.customer))
                await connection.execute(insert(table).values(**account_row(owner, account)))

    async def hear_of(self, account: Account, owner: Owner = OWNER, revision: int | None = None) -> None:
        """Apply an account's next revision with the consumers of club and rewards."""
        told = asdict(account) | {"revision": revision or next(self.revisions)}
        record = account_record(brand_id=owner.brand, customer_id=owner.customer, **told)
        message = Message(record, decode_account(record))
        club, rewards = self.club_fixture.club.database, self.club_fixture.rewards.database
        of_club = ClubReducer(ReferenceWriter(REFERENCE["club"], club.dialect), self.club_fixture.clock)
        async with club.write() as connection:
            await of_club.accounts(connection, [message])
        async with rewards.write() as connection:
            await ReferenceReducer(ReferenceWriter(REFERENCE["rewards"], rewards.dialect)).accounts(
                connection, [message]
            )

    async def stored(self) -> dict[str, int]:
        """Return the numbers of rows about changes: events, facts, choices, intents in doubt."""
        club, rewards = self.club_fixture.club, self.club_fixture.rewards
        return {
            "events": await self.club_fixture.count(club, MEMBERSHIP_EVENT),
            "facts": await self.club_fixture.count(club, OUTBOX.outbox),
            "choices": await self.club_fixture.count(rewards, REWARD_CHOICE),
            "in doubt": await _in_doubt(club, CLUB_INTENT) + await _in_doubt(rewards, REWARDS_INTENT),
        }

    async def _mutate(self, subgraph: Subgraph, mutation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        variables = {"i": {"brand": BRAND} | arguments}
        data = await data_of(subgraph, mutation, variables, session(self.owner.customer))
        return dict(next(iter(data.values())))


async def _in_doubt(subgraph: Subgraph, table: Any) -> int:
    async with subgraph.database.read() as connection:
        return len(list(await connection.execute(select(table).where(table.c.status == "pending"))))


def reasons(payload: dict[str, Any]) -> list[str]:
    """Return the codes of a payload's errors."""
    return [error["code"] for error in payload["errors"]]


@asynccontextmanager
async def harness_over(
    database_url: str, folder: Path, *, keeps_keys: bool = True, again_at: datetime | None = None
) -> AsyncIterator[RecoveryHarness]:
    """Provide a harness over migrated databases.

    Args:
        database_url: The databases.
        folder: Where the upstream's record is.
        keeps_keys: Whether the upstream remembers keys.
        again_at: The time, if the databases have been used before; by default they are empty.
    """
    async with (
        AsyncExitStack() as stack,
        serving_upstream(load_world(), folder / "upstream.sqlite", keeps_keys=keeps_keys) as url,
        # A kept connection may end in the moment in which it is used again.
        httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_keepalive_connections=0)) as api,
    ):
        now = again_at or NOW
        club_fixture = ClubFixture.over(database_url, now, url, timeout_seconds=60)
        impatient = ClubFixture.over(database_url, now, url, timeout_seconds=0.3, attempts=1)
        once = ClubFixture.over(database_url, now, url, timeout_seconds=60, attempts=1)
        once.never_rest()
        for fixture in (club_fixture, impatient, once):
            stack.push_async_callback(fixture.close)
        if again_at is None:
            await club_fixture.add_brand(make_brand(), make_scheme(choice_lock_minutes=LOCK_MINUTES))
            await club_fixture.add_accounts({OWNER: good_account()})
            await club_fixture.add_rewards([make_config("fb-5"), make_config("fb-2x3")])
        yield RecoveryHarness(club_fixture, impatient, once, api, stack)
