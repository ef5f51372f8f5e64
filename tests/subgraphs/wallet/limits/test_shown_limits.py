"""What a customer is shown of their limits, and the checks that a person closes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from subgraphs.kit.domain.products import Product
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.checks import close_check, open_checks
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.overview import ShownLimit, shown_limits
from subgraphs.wallet.limits.sessions import session_time
from tests.subgraphs.wallet.limits.limit_store import BRITISH, NOW, OWNER, TABLES, LimitsFixture

DAY = timedelta(days=1)


async def shown(limits: LimitsFixture, at: datetime) -> list[ShownLimit]:
    """Return what is shown, in a session that began 40 minutes before."""
    async with limits.database.read() as connection:
        snapshot = await limits.claims.snapshot(connection, OWNER, BRITISH, at)
    return list(shown_limits(snapshot, at, session_time(30, at - timedelta(minutes=40), at)))


async def test_each_limit_is_shown_with_its_use_and_its_raise(limits: LimitsFixture) -> None:
    """Money for limits of money, minutes for sessions; and a raise until it lapses."""
    for kind, amount in (("SESSION_MINUTES", 30), ("STAKE_BET", 10), ("LOSS_DAY", 50), ("DEPOSIT_DAY", 100)):
        await limits.ask(LimitKind(kind), amount)
    for kind, wanted in (("SESSION_MINUTES", 60), ("STAKE_BET", None), ("DEPOSIT_DAY", 200)):
        await limits.ask(LimitKind(kind), wanted)
    await limits.pay_in(70)
    await limits.claim(Act.WIN, 5)
    due, midnight = NOW + DAY, datetime(2026, 11, 2, tzinfo=UTC)
    raised: dict[str, Any] = {"pending_from": due, "pending_until": due + 7 * DAY}
    assert await shown(limits, NOW) == [
        ShownLimit(
            "DEPOSIT_DAY",
            "GBP",
            100,
            70,
            pending_minor=200,
            pending_currency="GBP",
            until=NOW + DAY,
            **raised,
        ),
        ShownLimit("LOSS_DAY", "GBP", 50, 0, until=midnight),
        ShownLimit("STAKE_BET", "GBP", 10, pending_currency="GBP", **raised),
        ShownLimit("SESSION_MINUTES", minutes=30, used_minutes=40, pending_minutes=60, **raised),
    ]
    later = await shown(limits, due + 7 * DAY)
    assert [limit.pending_from for limit in later] == [None] * 4


async def test_what_a_request_has_just_changed_is_shown_by_its_instant(limits: LimitsFixture) -> None:
    """A request begins before its change is stored, and its answer must not leave the change out."""
    await limits.ask(LimitKind.DEPOSIT_DAY, 100)
    async with limits.database.write() as connection:
        await limits.store.take_break(connection, limits.request(), BRITISH, NOW + 2 * DAY, None)
    before = await shown(limits, NOW - timedelta(milliseconds=3))
    assert [(limit.kind, limit.until) for limit in before] == [
        ("DEPOSIT_DAY", NOW + DAY),
        ("BREAK", NOW + 2 * DAY),
    ]


async def test_breaks_are_shown_while_they_hold(limits: LimitsFixture) -> None:
    """The longest first; an exclusion after breaks, as the contract lists them."""
    async with limits.database.write() as connection:
        await limits.store.self_exclude(connection, limits.request(), BRITISH, 6)
        for days, product in ((2, None), (3, Product.CASINO)):
            await limits.store.take_break(connection, limits.request(), BRITISH, NOW + days * DAY, product)
    ends = datetime(2027, 5, 1, 11, tzinfo=UTC)
    assert [(limit.kind, limit.until, limit.product) for limit in await shown(limits, NOW + DAY)] == [
        ("BREAK", NOW + 3 * DAY, Product.CASINO),
        ("BREAK", NOW + 2 * DAY, None),
        ("EXCLUSION", ends, None),
    ]
    assert [limit.kind for limit in await shown(limits, NOW + 3 * DAY)] == ["EXCLUSION"]
    assert await shown(limits, ends) == []


async def test_a_check_waits_until_one_person_closes_it(limits: LimitsFixture) -> None:
    """Of two who close it, the first did; another is due when the threshold is reached after its days."""
    for days in (0, 1, 31):
        at = NOW + days * DAY
        await limits.pay_in(150_00, at, claim_id=f"d-{days}")
        await limits.received(f"d-{days}", at)
        async with limits.database.write() as connection:
            assert await open_checks(connection, TABLES, "southbet", 10) == []
            waiting = await open_checks(connection, TABLES, "northbet", 10)
            assert [check.due_at for check in waiting] == ([] if days == 1 else [at])
            for check in waiting:
                for who, first in (("p-1", True), ("p-2", False)):
                    closed = await close_check(connection, TABLES, check, who=who, finding="fine", at=at)
                    assert closed is first
    assert await limits.rows(TABLES.check) == 2
