"""Each notice is told once, when it is due, and never to whom messages are stopped."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from subgraphs.kit.domain.products import Product
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.breaks import AccountState, Break, BreakKind
from subgraphs.wallet.limits.decision import Snapshot
from subgraphs.wallet.limits.facts.notices import ASK_AGAIN, MAX_LATE, Known, next_look, notices_due
from subgraphs.wallet.limits.limit import Limit, LimitKind, Pending
from subgraphs.wallet.limits.looks import Looks, due_looks
from subgraphs.wallet.limits.prompts import Prompted
from subgraphs.wallet.limits.records import Standing
from subgraphs.wallet.limits.rule_rows import RULES
from subgraphs.wallet.limits.rules import Rules
from subgraphs.wallet.models import OUTBOX
from tests.subgraphs.wallet.limits.limit_store import BRITISH, NOW, OWNER, TABLES, LimitsFixture

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK_LIMIT = LimitKind.DEPOSIT_WEEK


async def look(limits: LimitsFixture, at: datetime, standing: Standing = BRITISH) -> list[str]:
    """Look at everybody for whom something may be due; return the kinds that are told."""
    looks = Looks(limits.database, limits.claims, Outbox(OUTBOX))
    kinds = []
    async with limits.database.read() as connection:
        owners = await due_looks(connection, TABLES, at, 100)
    for owner in owners:
        async with limits.database.write() as connection:
            kinds += [notice.kind.value for notice in await looks.look(connection, owner, standing, at)]
    return kinds


async def told(limits: LimitsFixture) -> list[dict[str, Any]]:
    """The notices that wait to be published."""
    table = OUTBOX.outbox
    query = select(table.c.value).where(table.c.topic == "wallet.notice.v1").order_by(table.c.id)
    async with limits.database.read() as connection:
        return [json.loads(value) for value in await connection.scalars(query)]


async def days(limits: LimitsFixture, start: datetime, number: int, step: int = 1) -> list[str]:
    """Look once in so many days."""
    found = []
    for day in range(0, number, step):
        found += await look(limits, start + day * DAY)
    return found


async def test_a_customer_without_a_limit_is_asked_before_the_first_deposit(limits: LimitsFixture) -> None:
    """Once, when they are first seen; whoever has set a limit by then is not."""
    await limits.ask(LimitKind.STAKE_BET, 500)
    assert await look(limits, NOW) == ["FIRST_DEPOSIT"]
    assert await days(limits, NOW, 30) == []
    (body,) = await told(limits)
    assert (body["kind"], body["subject"], body["due_at"]) == ("FIRST_DEPOSIT", None, NOW.isoformat())


async def test_active_customers_are_reminded_twice_a_year(limits: LimitsFixture) -> None:
    """A review every six months, and the question about a limit once a year, while they are active."""
    await limits.pay_in(1000)
    await limits.received("claim-0")
    assert await days(limits, NOW, 301, step=5) == ["REVIEW"]
    await limits.claim(Act.BET, 100, NOW + 300 * DAY)
    assert await days(limits, NOW + 301 * DAY, 66) == ["REVIEW", "NO_LIMIT"]
    due = [body["due_at"] for body in await told(limits)]
    assert due == ["2027-05-01T11:00:00+00:00", "2027-11-01T12:00:00+00:00", "2027-11-01T12:00:00+00:00"]
    assert await days(limits, NOW + 367 * DAY, 400, step=20) == ["REVIEW"]
    await limits.pay_in(1000, NOW + 800 * DAY)
    assert await look(limits, NOW + 800 * DAY) == ["REVIEW", "NO_LIMIT"]


async def test_a_raise_that_can_be_confirmed_is_told_once(limits: LimitsFixture) -> None:
    """After its cooling, and never when it has lapsed or was confirmed."""
    await limits.ask(WEEK_LIMIT, 1000)
    await limits.ask(WEEK_LIMIT, 5000)
    assert await look(limits, NOW + 23 * HOUR) == []
    assert await days(limits, NOW + DAY, 9) == ["RAISE_DUE"]
    (body,) = await told(limits)
    assert (body["subject"], body["due_at"]) == ("DEPOSIT_WEEK", (NOW + DAY).isoformat())
    await limits.ask(WEEK_LIMIT, 5000, NOW + 20 * DAY)
    assert await look(limits, NOW + 60 * DAY) == []


async def test_a_break_that_ended_is_told_when_nothing_else_holds(limits: LimitsFixture) -> None:
    """Of breaks that overlap, the last one's end; while any of everything holds, nothing is told."""
    await limits.ask(LimitKind.STAKE_BET, 500)
    async with limits.database.write() as connection:
        for length, product in ((2, None), (5, None), (3, Product.CASINO)):
            request = limits.request(NOW)
            await limits.store.take_break(connection, request, BRITISH, NOW + length * DAY, product)
    assert await days(limits, NOW, 5) == []
    assert await look(limits, NOW + 5 * DAY) == ["FIRST_DEPOSIT", "BREAK_ENDED", "BREAK_ENDED"]
    assert [body["subject"] for body in await told(limits)] == [None, None, "casino"]
    assert await days(limits, NOW + 6 * DAY, 20) == []


async def test_whom_the_account_message_stops_is_told_nothing(limits: LimitsFixture) -> None:
    """They are looked at again every day, and told when they are stopped no longer."""
    await limits.ask(LimitKind.STAKE_BET, 500)
    for state in (AccountState(rg_state="self_excluded"), AccountState(rg_state="restricted")):
        assert await look(limits, NOW, replace(BRITISH, account=state)) == []
        async with limits.database.read() as connection:
            assert await due_looks(connection, TABLES, NOW, 1) == []
            assert await due_looks(connection, TABLES, NOW + ASK_AGAIN, 1) == [OWNER]
        async with limits.database.write() as connection:
            await connection.execute(update(TABLES.holder).values(look_at=NOW))
    assert await look(limits, NOW) == ["FIRST_DEPOSIT"]


INSTANTS = st.integers(0, 24 * 500).map(lambda hours: NOW + hours * HOUR)
BREAKS = st.builds(
    lambda kind, product, since, length: Break(
        kind, None if kind is BreakKind.EXCLUSION else product, since, since + length * HOUR
    ),
    st.sampled_from(BreakKind),
    st.sampled_from([None, Product.CASINO]),
    INSTANTS,
    st.integers(1, 24 * 40),
)
RAISES = st.none() | INSTANTS.map(lambda asked: Pending(9000, "GBP", asked, asked + DAY, asked + 8 * DAY))
PROMPTED = st.builds(
    Prompted,
    st.just(NOW),
    st.none() | INSTANTS,
    st.booleans(),
    declined_at=st.none() | INSTANTS,
    reviewed_at=st.none() | INSTANTS,
)


def known_at(prompted: Prompted, raising: Pending | None, breaks: Sequence[Break], at: datetime) -> Known:
    """What the store would know at an instant."""
    limits = {} if raising is None else {WEEK_LIMIT: Limit(WEEK_LIMIT, 1000, "GBP", NOW, raising)}
    holding = [one for one in breaks if one.until > at]
    ended = [one for one in breaks if at - MAX_LATE < one.until <= at]
    snapshot = Snapshot("GBP", Rules.of(RULES, "GB", at), limits=limits, breaks=holding)
    return Known(prompted, snapshot, ended, BRITISH.zone)


@given(PROMPTED, RAISES, st.lists(BREAKS, max_size=3), INSTANTS, st.lists(INSTANTS, min_size=1, max_size=9))
def test_between_two_looks_nothing_becomes_due(
    prompted: Prompted,
    raising: Pending | None,
    breaks: Sequence[Break],
    at: datetime,
    others: Sequence[datetime],
) -> None:
    """A look at the instant that the last one named finds all; one in between finds nothing new."""
    known = known_at(prompted, raising, breaks, at)
    due = set(notices_due(known, at))
    following = next_look(known, at)
    assert following is None or following > at
    for between in others:
        if at < between and (following is None or between < following):
            assert set(notices_due(known_at(prompted, raising, breaks, between), between)) <= due


@given(PROMPTED, RAISES, st.lists(BREAKS, max_size=3), INSTANTS)
def test_nobody_is_told_anything_while_a_break_of_everything_holds(
    prompted: Prompted, raising: Pending | None, breaks: Sequence[Break], at: datetime
) -> None:
    """And what is told was due by then, under an id that depends on nothing else."""
    known = known_at(prompted, raising, breaks, at)
    due = notices_due(known, at)
    if any(one.product is None and one.since <= at < one.until for one in breaks):
        assert due == []
    assert all(notice.due_at <= at for notice in due)
    assert len({notice.id_for(OWNER) for notice in due}) == len(due)
    assert [notice.id_for(OWNER) for notice in due] == [one.id_for(OWNER) for one in notices_due(known, at)]


async def test_claims_of_an_act_are_not_confused(limits: LimitsFixture) -> None:
    """A customer who only plays is looked at, too."""
    await limits.claim(Act.BET, 100)
    assert await look(limits, NOW) == ["FIRST_DEPOSIT"]
