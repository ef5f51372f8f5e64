"""A page that follows a wallet is told of each change of money and limits, wherever it is made."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import DONE
from subgraphs.kit.graphql.subscriptions import Events
from subgraphs.kit.live.rereading import Rereading
from subgraphs.kit.live.valkey_bus import ValkeyBus
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.corrections import Correction, CorrectionWork, add_corrections
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.models import CLOSES, CORRECTION
from subgraphs.wallet.upkeep import create_rounds
from tests.subgraphs.wallet.served_wallet import ServedWallet, served_wallet, settled, stake
from tests.support.subgraphs.club_fixture import codes, session
from tests.support.subgraphs.club_samples import BRAND, NOW, OWNER

PATIENCE_SECONDS = 180
FOLLOW = """subscription ($b: ID! = "northbet") { walletUpdated(brand: $b) {
  balance { minor } limits { kind } transactions(first: 1) { nodes { kind state } } } }"""
STRANGER = Owner(BRAND, "c-2")
SET = """mutation { setLimit(input: {brand: "northbet", kind: LOSS_DAY, amountMinor: 5000, currency: "GBP",
  idempotencyKey: "k"}) { errors { code } } }"""


@asynccontextmanager
async def following(
    served: ServedWallet, owner: Owner | None = OWNER, **variables: Any
) -> AsyncIterator[Events]:
    """Follow a wallet as the gateway does."""
    headers = session(None) if owner is None else session(owner.customer, owner.brand)
    async with aclosing(
        await served.subgraph.prepare_subscription(FOLLOW, None)(variables, headers)
    ) as events:
        yield events


async def told(events: Events) -> tuple[int, list[str], list[tuple[str, str]]]:
    """Return the balance, the kinds of limits and the newest transaction of the next event."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        event: Any = await anext(events)
    wallet = event["data"]["walletUpdated"]
    newest = [(node["kind"], node["state"]) for node in wallet["transactions"]["nodes"]]
    return wallet["balance"]["minor"], [limit["kind"] for limit in wallet["limits"]], newest


async def until_told(events: Events, what: tuple[int, list[str], list[tuple[str, str]]]) -> None:
    """Wait for an event; others may come before, such as of a reminder that is due."""
    while await told(events) != what:
        pass


async def follow_a_bet(served: ServedWallet) -> None:
    """Look whether a page is told what another process does to the customer's money."""
    async with following(served) as events:
        assert await told(events) == (0, [], [])
        await served.pay_in(OWNER, 1_000)
        assert await told(events) == (1_000, [], [("DEPOSIT", "POSTED")])
        bet = stake("bet-1", 300)
        assert await served.wallet.funds.reserve(bet) == DONE
        assert await told(events) == (700, [], [("STAKE", "PENDING")])
        assert await served.wallet.funds.settle(settled(bet, 900)) == DONE
        assert await told(events) == (1_600, [], [("RETURN", "POSTED")])
        assert await served.wallet.funds.release(bet) == DONE
        assert (await told(events))[0] == 1_900
        await served.data(SET)
        assert (await told(events))[1] == ["LOSS_DAY"]


async def test_each_change_is_told(served: ServedWallet) -> None:
    """Money that is paid in, reserved, taken, paid out and given back; and limits."""
    await follow_a_bet(served)


@pytest.mark.valkey
async def test_changes_of_another_process_are_told(database_url: str, valkey: Any) -> None:
    """Over the bus between processes."""
    channel = f"test:{uuid.uuid4().hex}"
    buses = ValkeyBus(valkey.url, channel), ValkeyBus(valkey.url, channel)
    for bus in buses:
        await bus.start()
    try:
        async with served_wallet(database_url, buses=buses) as served:
            await follow_a_bet(served)
    finally:
        for bus in buses:
            await bus.close()


async def test_the_end_of_a_reservation_by_its_time_is_told(served: ServedWallet, database_url: str) -> None:
    """The upkeep ends it in a process of its own."""
    parts = WorkerParts(DatabaseSettings(url=database_url), served.clock, served.bus.customers_changed)
    upkeep = create_rounds(parts)
    await served.pay_in(OWNER, 1_000)
    async with following(served) as events:
        await told(events)
        await served.wallet.funds.reserve(stake("bet-1", 300, seconds=1))
        assert (await told(events))[0] == 700
        ended = asyncio.create_task(until_told(events, (1_000, [], [("STAKE", "VOIDED")])))
        while not ended.done():
            await upkeep.round()
            await asyncio.sleep(0.05)
        await ended
    await upkeep.close()


async def test_what_workers_move_is_told(served: ServedWallet) -> None:
    """A correction that two people decided, and what was left of an expired credit."""
    wallet = served.wallet
    wanted = Correction("fix-1", *OWNER, "GBP", 70, "", "a mistake", "ann", "bob", NOW)
    async with wallet.database.write() as connection:
        await add_corrections(connection, CORRECTION, [wanted])
    await served.give(OWNER, AccountCode.BONUS, "week-1", 200, NOW + timedelta(hours=1))
    async with following(served) as events:
        assert (await told(events))[0] == 0
        work = CorrectionWork(
            wallet.database,
            CORRECTION,
            CLOSES,
            wallet.ledger,
            wallet.accounts,
            wallet.postponed,
            wallet.clock.machine,
            wallet.changed,
        )
        assert await work.apply(NOW, 10) == 0
        assert await told(events) == (70, [], [("CORRECTION", "POSTED")])
        served.clock.advance(timedelta(hours=1))
        await wallet.expired.end()
        assert await told(events) == (70, [], [("BONUS", "POSTED")])


async def test_a_change_of_which_no_notice_came_is_found(served: ServedWallet) -> None:
    """What is stored is read again now and then."""
    rereading = Rereading(served.bus.watches, served.subgraph.stored, 60, 1_000)
    async with following(served) as events:
        await told(events)
        await rereading.look([customer_key(OWNER)])
        await told(events)
        object.__setattr__(served.wallet, "changed", None)
        await served.pay_in(OWNER, 500)
        await rereading.look([customer_key(OWNER)])
        assert (await told(events))[0] == 500


async def test_others_are_told_nothing(served: ServedWallet) -> None:
    """A page of another customer hears nothing of it, and an anonymous one is refused."""
    async with following(served, STRANGER) as events:
        assert (await told(events))[0] == 0
        await served.pay_in(OWNER, 1_000)
        await served.pay_in(STRANGER, 5)
        assert (await told(events))[0] == 5


@pytest.mark.parametrize(
    ("owner", "brand", "code"), [(None, BRAND, "UNAUTHENTICATED"), (OWNER, "southbet", "FORBIDDEN")]
)
async def test_nobody_follows_a_wallet_that_is_not_theirs(
    served: ServedWallet, owner: Owner | None, brand: str, code: str
) -> None:
    """The first event says why, and is the last."""
    async with following(served, owner, b=brand) as events:
        event: Any = await anext(events)
        assert codes(event) == [code]
        with pytest.raises(StopAsyncIteration):
            await anext(events)
