"""Requests are stored once, with who asked; limits and breaks are what they made of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from subgraphs.kit.domain.products import Product
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.breaks import AccountState
from subgraphs.wallet.limits.changes import Outcome
from subgraphs.wallet.limits.decision import Decision
from subgraphs.wallet.limits.limit import Limit, LimitKind
from tests.subgraphs.wallet.limits.limit_store import BRITISH, DANISH, NOW, OWNER, TABLES, LimitsFixture

DAY = timedelta(days=1)


async def stored(limits: LimitsFixture) -> dict[LimitKind, Limit]:
    """Return the customer's limits."""
    async with limits.database.read() as connection:
        return await limits.store.records.limits(connection, OWNER)


async def test_a_limit_is_stored_with_its_raise(limits: LimitsFixture) -> None:
    """Set, raised, confirmed and removed; each kind for itself."""
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 100_00) is Outcome.SET
    assert await limits.ask(LimitKind.SESSION_MINUTES, 30) is Outcome.SET
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 200_00) is Outcome.ASKED
    day = (await stored(limits))[LimitKind.DEPOSIT_DAY]
    assert day.amount == 100_00
    assert day.pending is not None
    assert (day.pending.amount, day.pending.due) == (200_00, NOW + DAY)
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 200_00, NOW + DAY) is Outcome.CONFIRMED
    assert (await stored(limits))[LimitKind.DEPOSIT_DAY] == Limit(LimitKind.DEPOSIT_DAY, 200_00, "GBP", NOW)
    assert await limits.ask(LimitKind.DEPOSIT_DAY, None, NOW + DAY) is Outcome.ASKED
    assert await limits.ask(LimitKind.DEPOSIT_DAY, None, NOW + 2 * DAY) is Outcome.CONFIRMED
    assert await stored(limits) == {LimitKind.SESSION_MINUTES: Limit(LimitKind.SESSION_MINUTES, 30, "", NOW)}


async def test_a_request_is_done_once(limits: LimitsFixture) -> None:
    """Its repetition, also when it would now do something else, gives the first outcome again."""
    await limits.ask(LimitKind.DEPOSIT_DAY, 100_00)
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 200_00, key="raise") is Outcome.ASKED
    before = await stored(limits)
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 200_00, NOW + DAY, key="raise") is Outcome.ASKED
    assert await stored(limits) == before
    other = await limits.ask(LimitKind.DEPOSIT_DAY, 50_00, key="raise")
    assert isinstance(other, Refusal)
    assert other.code == "IDEMPOTENCY_REUSED"
    assert await stored(limits) == before
    assert await limits.rows(TABLES.change) == 2


async def test_a_refused_request_leaves_no_trace(limits: LimitsFixture) -> None:
    """Its key can be used again."""
    wrong = await limits.ask(LimitKind.DEPOSIT_DAY, None, standing=DANISH, key="again")
    assert isinstance(wrong, Refusal)
    assert await limits.rows(TABLES.change) == 0
    assert await limits.ask(LimitKind.DEPOSIT_DAY, 100_00, standing=DANISH, key="again") is Outcome.SET


async def test_support_sees_who_asked_for_what(limits: LimitsFixture) -> None:
    """Newest first, with the outcome, the jurisdiction and the time."""
    await limits.ask(LimitKind.LOSS_DAY, 100_00)
    request = replace(limits.request(NOW + DAY), who="support-7")
    async with limits.database.write() as connection:
        await limits.store.take_break(connection, request, BRITISH, NOW + 3 * DAY, Product.CASINO)
    async with limits.database.read() as connection:
        newest, oldest = await limits.store.history(connection, OWNER, 10)
    assert (newest["subject"], newest["who"], newest["product"]) == ("BREAK", "support-7", "casino")
    assert newest["ends_at"] == NOW + 3 * DAY
    said = [
        oldest[name] for name in ("subject", "outcome", "amount", "currency", "who", "jurisdiction", "at")
    ]
    assert said == ["LOSS_DAY", "SET", 100_00, "GBP", "c-1", "GB", NOW]


async def test_an_exclusion_stops_and_a_shorter_break_does_not_end_it(limits: LimitsFixture) -> None:
    """Deposits, bets, games, offers and messages are refused until its end, and money always goes out."""
    async with limits.database.write() as connection:
        assert await limits.store.self_exclude(connection, limits.request(), BRITISH, 6) is Outcome.SET
        brief = limits.request()
        assert await limits.store.take_break(connection, brief, BRITISH, NOW + DAY, None) is Outcome.SET
        assert await limits.store.take_break(connection, brief, BRITISH, NOW + DAY, None) is Outcome.SET
    until = datetime(2027, 5, 1, 11, tzinfo=UTC)
    for act in (Act.DEPOSIT, Act.BET, Act.GAME, Act.OFFER, Act.MESSAGE):
        for at in (NOW, NOW + 2 * DAY, until - timedelta(microseconds=1)):
            assert await limits.claim(act, 0, at) == Decision("SELF_EXCLUDED", until=until)
    for act in (Act.WITHDRAWAL, Act.SETTLEMENT, Act.WIN, Act.ROLLBACK, Act.REFUND):
        assert await limits.claim(act, 10**9) == Decision()
    assert await limits.claim(Act.DEPOSIT, 1, until) == Decision()
    assert await limits.rows(TABLES.chosen_break) == 2


async def test_whatever_number_of_breaks_is_asked_for_few_are_kept(limits: LimitsFixture) -> None:
    """Whoever asks for ever longer ones makes no read costly; the history has each of them."""
    lengths = [3, 2, 7, 5, 6]
    for days in lengths:
        for product in (None, Product.CASINO):
            request = limits.request()
            async with limits.database.write() as connection:
                await limits.store.take_break(connection, request, BRITISH, NOW + days * DAY, product)
        async with limits.database.write() as connection:
            await limits.store.self_exclude(connection, limits.request(), BRITISH, days + 5)
    async with limits.database.read() as connection:
        kept = await limits.store.records.breaks(connection, OWNER, NOW)
    assert {one.kind.value for one in kept} == {"BREAK", "EXCLUSION"}
    breaks = {one.product: one.until for one in kept if one.kind.value == "BREAK"}
    assert breaks == {None: NOW + 7 * DAY, Product.CASINO: NOW + 7 * DAY}
    assert len(kept) == 3
    assert max(one.until for one in kept) > NOW + 360 * DAY
    assert await limits.rows(TABLES.change) == 3 * len(lengths)


async def test_a_break_that_begins_after_another_has_ended_is_another(limits: LimitsFixture) -> None:
    """The one that ended stays as it was."""
    for at in (NOW, NOW + 2 * DAY):
        request = limits.request(at)
        async with limits.database.write() as connection:
            await limits.store.take_break(connection, request, BRITISH, at + DAY, None)
    async with limits.database.read() as connection:
        both = await limits.store.records.breaks(connection, OWNER, NOW)
    assert sorted((one.since, one.until) for one in both) == [
        (NOW, NOW + DAY),
        (NOW + 2 * DAY, NOW + 3 * DAY),
    ]


async def test_the_account_message_may_be_stricter(limits: LimitsFixture) -> None:
    """Who is self-excluded elsewhere is so here."""
    excluded = replace(BRITISH, account=AccountState(rg_state="self_excluded"))
    assert await limits.claim(Act.DEPOSIT, 1, standing=excluded) == Decision("SELF_EXCLUDED")
    assert await limits.claim(Act.WITHDRAWAL, 1, standing=excluded) == Decision()


async def test_a_break_that_is_too_short_or_too_long_is_refused(limits: LimitsFixture) -> None:
    """And not stored; an exclusion of less than six months as well."""
    async with limits.database.write() as connection:
        for days in (0.5, 43):
            until = NOW + days * DAY
            assert isinstance(
                await limits.store.take_break(connection, limits.request(), BRITISH, until, None), Refusal
            )
        assert isinstance(await limits.store.self_exclude(connection, limits.request(), BRITISH, 5), Refusal)
    assert await limits.rows(TABLES.chosen_break) == await limits.rows(TABLES.change) == 0
