"""What counts against a limit: gross deposits in fixed frames, and what a customer lost in a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.decision import Decision
from subgraphs.wallet.limits.limit import LimitKind
from tests.subgraphs.wallet.limits.limit_store import (
    BRITISH,
    DANISH,
    ELSEWHERE,
    NOW,
    TABLES,
    LimitsFixture,
)

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
D, W, M = LimitKind.DEPOSIT_DAY, LimitKind.DEPOSIT_WEEK, LimitKind.DEPOSIT_MONTH


async def test_deposits_count_gross(limits: LimitsFixture) -> None:
    """A withdrawal makes no room, and neither does the refund of a deposit that was received."""
    await limits.ask(D, 100)
    assert await limits.pay_in(60, claim_id="first")
    assert await limits.received("first")
    await limits.claim(Act.WITHDRAWAL, 60)
    await limits.claim(Act.REFUND, 60)
    assert not await limits.give_back("first")
    assert await limits.claim(Act.DEPOSIT, 41) == Decision("LIMIT_REACHED", D, 40, NOW + DAY)
    assert await limits.pay_in(40)
    assert await limits.used(D) == 100


async def test_a_deposit_that_failed_makes_room_again(limits: LimitsFixture) -> None:
    """Once; and it cannot be claimed again under its id."""
    await limits.ask(D, 100)
    assert await limits.pay_in(100, claim_id="failed")
    assert not await limits.pay_in(1)
    assert await limits.give_back("failed")
    assert await limits.give_back("failed")
    assert await limits.give_back("never-claimed")
    assert await limits.pay_in(100)
    again = await limits.claim(Act.DEPOSIT, 100, claim_id="failed")
    assert isinstance(again, Refusal)
    assert await limits.used(D) == 100


@pytest.mark.parametrize(("meanwhile", "fits"), [(50, True), (51, False)])
async def test_a_deposit_that_arrives_after_it_was_given_back_must_fit(
    limits: LimitsFixture, meanwhile: int, *, fits: bool
) -> None:
    """It counts when it arrives; if there is no room any more, the money goes back and does not count."""
    await limits.ask(D, 100)
    assert await limits.pay_in(50, claim_id="late")
    await limits.give_back("late")
    later = NOW + DAY
    assert await limits.pay_in(meanwhile, later)
    for _attempt in range(2):
        assert await limits.received("late", later) is fits
    assert await limits.used(D) == 0
    assert await limits.used(D, later) == (100 if fits else 51)
    assert not await limits.received("unknown")


async def test_the_same_deposit_counts_once(limits: LimitsFixture) -> None:
    """Its repetition is allowed, also when nothing is left; another amount under its id is not."""
    await limits.ask(D, 100)
    for _attempt in range(3):
        assert await limits.pay_in(100, claim_id="one")
    assert await limits.used(D) == 100
    for other in (
        await limits.claim(Act.DEPOSIT, 99, claim_id="one"),
        await limits.claim(Act.BET, 100, claim_id="one"),
    ):
        assert isinstance(other, Refusal)
        assert other.code == "IDEMPOTENCY_REUSED"


async def test_each_frame_begins_where_the_one_before_ends(limits: LimitsFixture) -> None:
    """24 hours, 7 days and a month from when the limit was set; not from midnight, and not rolling."""
    for kind, amount in ((D, 10), (W, 25), (M, 40)):
        await limits.ask(kind, amount)
    assert await limits.pay_in(10, NOW + DAY - MOMENT)
    assert await limits.pay_in(10, NOW + DAY)
    assert await limits.claim(Act.DEPOSIT, 6, NOW + 2 * DAY) == Decision("LIMIT_REACHED", W, 5, NOW + 7 * DAY)
    assert await limits.pay_in(5, NOW + 2 * DAY)
    assert await limits.pay_in(10, NOW + 7 * DAY)
    month_ends = datetime(2026, 12, 1, 12, tzinfo=UTC)
    reached = Decision("LIMIT_REACHED", M, 5, month_ends)
    assert await limits.claim(Act.DEPOSIT, 6, NOW + 9 * DAY) == reached
    assert await limits.pay_in(10, month_ends)


async def test_a_changed_limit_keeps_its_frame(limits: LimitsFixture) -> None:
    """Whoever lowers or raises a limit has used of it what they had."""
    await limits.ask(D, 100)
    await limits.pay_in(80)
    await limits.ask(D, 90, NOW + DAY / 2)
    assert await limits.used(D, NOW + DAY / 2) == 80
    assert not await limits.pay_in(11, NOW + DAY / 2)
    await limits.ask(D, 50, NOW + DAY / 2)
    assert await limits.claim(Act.DEPOSIT, 1, NOW + DAY / 2) == Decision("LIMIT_REACHED", D, 0, NOW + DAY)


async def test_a_raise_that_waits_does_not_count(limits: LimitsFixture) -> None:
    """Not even after its cooling, until it is confirmed."""
    await limits.ask(W, 100)
    await limits.ask(W, 200)
    assert not await limits.pay_in(101, NOW + 2 * DAY)
    await limits.ask(W, 200, NOW + 2 * DAY)
    assert await limits.pay_in(200, NOW + 2 * DAY)


async def test_what_was_paid_in_before_the_first_limit_does_not_count(limits: LimitsFixture) -> None:
    """Its frames begin when it is set."""
    assert await limits.pay_in(500)
    await limits.ask(D, 100, NOW + MOMENT)
    assert await limits.pay_in(100, NOW + 2 * MOMENT)


async def test_a_move_to_another_jurisdiction_keeps_what_was_used(limits: LimitsFixture) -> None:
    """The month of 31 days becomes one of 30, and everything in it counts."""
    begun = datetime(2026, 12, 5, 12, tzinfo=UTC)
    await limits.ask(M, 100, begun)
    await limits.pay_in(70, begun + 3 * DAY)
    assert await limits.used(M, begun + 30 * DAY) == 70
    assert await limits.used(M, begun + 30 * DAY, ELSEWHERE) == 0
    assert await limits.used(M, begun + 29 * DAY, ELSEWHERE) == 70


async def test_denmark_wants_a_limit_first(limits: LimitsFixture) -> None:
    """Before anything is paid in."""
    assert await limits.claim(Act.DEPOSIT, 1, standing=DANISH) == Decision("NOT_ALLOWED_HERE")
    await limits.ask(W, 100, standing=DANISH)
    assert await limits.pay_in(100, standing=DANISH)
    assert not await limits.pay_in(1, standing=DANISH)


async def test_another_currency_is_refused(limits: LimitsFixture) -> None:
    """It is not the account's, or the limit is not in the account's."""
    await limits.ask(D, 100)
    assert await limits.claim(Act.DEPOSIT, 1, currency="EUR") == Decision("WRONG_CURRENCY")
    assert await limits.claim(Act.DEPOSIT, 1, standing=DANISH) == Decision("WRONG_CURRENCY", D)


async def test_what_was_paid_in_in_another_currency_does_not_count(limits: LimitsFixture) -> None:
    """When the account's currency has changed, and the limit with it."""
    await limits.ask(W, 100)
    await limits.pay_in(60)
    euros = replace(BRITISH, currency="EUR")
    for at in (NOW, NOW + DAY):
        await limits.ask(W, 100, at, standing=euros)
    assert await limits.used(W, NOW + DAY, euros) == 0
    assert await limits.pay_in(100, NOW + DAY, standing=euros)


async def test_a_loss_is_stakes_less_returns_of_a_day(limits: LimitsFixture) -> None:
    """From midnight to midnight in the brand's zone; a stake that was given back is none."""
    await limits.ask(LimitKind.LOSS_DAY, 100)
    loss = LimitKind.LOSS_DAY
    assert await limits.claim(Act.BET, 60, claim_id="bet") == Decision(left_minor=100)
    midnight = datetime(2026, 11, 2, tzinfo=UTC)
    assert await limits.claim(Act.GAME, 41) == Decision("LIMIT_REACHED", loss, 40, midnight)
    await limits.claim(Act.WIN, 25, claim_id="win")
    await limits.claim(Act.WIN, 25, claim_id="win")
    assert await limits.used(loss) == 35
    assert await limits.give_back("bet")
    assert await limits.used(loss) == -25
    assert await limits.claim(Act.GAME, 125) == Decision(left_minor=125)
    assert await limits.claim(Act.BET, 1) == Decision("LIMIT_REACHED", loss, 0, midnight)
    assert await limits.claim(Act.BET, 100, midnight) == Decision(left_minor=100)


async def test_one_bet_stakes_no_more_than_its_limit(limits: LimitsFixture) -> None:
    """However many bets there are."""
    await limits.ask(LimitKind.STAKE_BET, 10)
    for act in (Act.BET, Act.GAME, Act.BET):
        assert await limits.claim(act, 10) == Decision(left_minor=10)
        assert await limits.claim(act, 11) == Decision("LIMIT_REACHED", LimitKind.STAKE_BET, 10)


@pytest.mark.parametrize(("withdrawn", "due"), [(0, True), (1, False)])
async def test_a_person_looks_at_who_reaches_the_financial_check(
    limits: LimitsFixture, withdrawn: int, *, due: bool
) -> None:
    """By net deposits that arrived in 30 days; once in that time, and never beside one that is open."""
    if withdrawn:
        await limits.claim(Act.WITHDRAWAL, withdrawn)
    await limits.pay_in(100_00, NOW - 30 * DAY, claim_id="old")
    await limits.received("old", NOW - 30 * DAY)
    await limits.pay_in(500_00, claim_id="failed")
    await limits.give_back("failed")
    for name, amount in (("first", 149_99), ("second", 1)):
        await limits.pay_in(amount, claim_id=name)
        assert await limits.rows(TABLES.check) == 0
        await limits.received(name)
    assert await limits.rows(TABLES.check) == due
    for days in (1, 40):
        await limits.pay_in(200_00, NOW + days * DAY, claim_id=f"more-{days}")
        await limits.received(f"more-{days}", NOW + days * DAY)
        await limits.received(f"more-{days}", NOW + days * DAY)
    assert await limits.rows(TABLES.check) == 1


async def test_what_happens_is_noted_for_prompts(limits: LimitsFixture) -> None:
    """When a customer was first seen and last active, and whether anything arrived."""
    await limits.ask(D, 100)
    holder = TABLES.holder
    columns = select(holder.c.first_seen, holder.c.active_at, holder.c.deposited)
    for claimed, arrived, expected in (
        (None, False, (NOW, None, False)),
        (DAY, False, (NOW, NOW + DAY, False)),
        (DAY * 1.5, False, (NOW, NOW + DAY, False)),
        (2 * DAY, False, (NOW, NOW + 2 * DAY, False)),
        (DAY * 2.5, True, (NOW, NOW + DAY * 2.5, True)),
    ):
        if claimed:
            await limits.pay_in(1, NOW + claimed, claim_id=f"at-{claimed}")
        if claimed and arrived:
            await limits.received(f"at-{claimed}", NOW + claimed)
        async with limits.database.read() as connection:
            assert tuple((await connection.execute(columns)).one()) == expected
