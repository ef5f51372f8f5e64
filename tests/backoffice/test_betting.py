"""Traders see liability, suspend and limit alone, and void by two people; bets obey what they decide."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, insert, select

from backoffice.access import Actor, Role
from backoffice.approvals.proposals import ProposalStatus
from backoffice.approvals.repository import PROPOSAL
from backoffice.audit.repository import AUDIT_LOG
from backoffice.global_events.models import OUTBOX
from consumers.bets.decisions import TradingReducer
from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.messages.global_events.message import decode_global
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.customer_data import erasure_of
from subgraphs.bets.models import BETS, GLOBAL_STATE, TRADING
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.exposure import Exposures
from subgraphs.bets.trading.rules import Scope, Target, TradingRules
from subgraphs.events.models import MARKET, OFFER
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from tests.backoffice.foreign_rows import row
from tests.backoffice.proposal_kinds import BRAND, ProposalFixture, customer, proposal_fixture, somebody
from tests.backoffice.test_finance import approve, proposed, read
from tests.subgraphs.bets.trading.exposed import chosen, exposed
from tests.support.office.backoffice_fixture import NOW, employ

TRADER: Final = {BRAND: frozenset({Role.TRADER})}
TESS, TOM = (replace(somebody(name), roles=TRADER) for name in ("tess", "tom"))
TIRED: Final = replace(somebody("tired"), roles=TRADER, stepped_up_until=None)
RULES: Final = (
    f'{{ tradingRules(brand: "{BRAND}") {{ revision maxLegs delaySeconds decidedBy reason '
    "suspended { scope targetId name } limits { scope targetId currency stakeMinor liabilityMinor } "
    "stakes { currency minimumMinor maximumMinor } } }"
)
EVENT: Final = {"brand": BRAND, "scope": "EVENT", "target": "event1", "suspended": True, "reason": "a fault"}
LIMIT: Final = {"brand": BRAND, "scope": "SPORT", "target": "darts", "currency": "GBP", "reason": "a fault"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The back office over databases with customers who have bets."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await employ(opened.base.database, TESS, TOM, TIRED)
        yield opened


@pytest.fixture
async def bets(office: ProposalFixture) -> AsyncIterator[Database]:
    """The database of bets, with some that are open and count."""
    database = Database.open(office.base.settings, "bets")
    exposures = Exposures(TRADING)
    async with database.write() as connection:
        for bet in (
            exposed("b0", [chosen(1)], returns=500),
            exposed("b1", [chosen(1, 2)], returns=900),
            exposed("b2", [chosen(2, sport="darts")], returns=200),
        ):
            await exposures.take(connection, bet, {})
    yield database
    await database.close()


async def done(office: ProposalFixture, who: Actor, mutation: str, **values: Any) -> dict[str, Any]:
    """Return what a change answers, which is accepted."""
    answer = await office.ask(who, mutation, input=values)
    assert "errors" not in answer, answer
    return dict(answer["data"])


async def refused(office: ProposalFixture, who: Actor, mutation: str, **values: Any) -> str:
    """Return with which code a change is refused."""
    return await office.outcome(who, mutation, input=values)


async def applied(office: ProposalFixture, bets: Database) -> list[str]:
    """Let bets apply what was decided; return the topics."""
    c = OUTBOX.outbox.c
    async with office.base.database.read() as connection:
        rows = (await connection.execute(select(c.topic, c.key, c.value).order_by(c.id))).all()
    records = [Record(row.topic, 0, 0, row.key.encode(), row.value.encode()) for row in rows]
    decisions = TradingDecisions(TRADING, GLOBAL_STATE)
    erasure = erasure_of(bets.dialect, Pseudonyms.from_settings(DatabaseSettings()))
    reducer = TradingReducer(decisions, ResultStore(BETS), erasure, office.base.clock)
    async with bets.write() as connection:
        for record in records:
            if record.topic == "bet.void.v1":
                await reducer.bets(connection, [Message(record, decode_void(record))])
            elif record.topic == "bet.factor.v1":
                await reducer.factors(connection, [Message(record, decode_factor(record))])
            elif json.loads(record.value or b"")["kind"] in {"trading", "void"}:
                await reducer.reducer.apply(connection, [Message(record, decode_global(record))])
    return [record.topic for record in records]


async def rules(bets: Database) -> TradingRules:
    """Return the rules that bets have."""
    async with bets.read() as connection:
        return await TradingDecisions(TRADING, GLOBAL_STATE).rules(connection, BRAND)


async def audited(office: ProposalFixture, action: str) -> int:
    """Return how many entries of an action the audit log has."""
    query = select(func.count()).where(AUDIT_LOG.c.action == action)
    async with office.base.database.read() as connection:
        return await connection.scalar(query) or 0


async def test_a_trader_sees_what_may_be_lost(office: ProposalFixture, bets: Database) -> None:
    """By event, and by selection with its limits; nobody else but those who look at risk does."""
    query = f'{{ bettingEvents(brand: "{BRAND}") {{ event sport currency stakeMinor worstMinor bets }} }}'
    shown = await read(office, TESS, query)
    assert shown["bettingEvents"] == [
        {"event": "Race 1", "sport": "horse-racing", "currency": "GBP"}
        | {"stakeMinor": 200, "worstMinor": 700, "bets": 2},
        {"event": "Race 2", "sport": "darts", "currency": "GBP"}
        | {"stakeMinor": 100, "worstMinor": 100, "bets": 1},
    ]
    of_event = LIMIT | {"scope": "EVENT", "target": "event1"}
    await done(office, TESS, "limitBetting", **of_event, liabilityMinor=900)
    await done(office, TESS, "suspendBetting", **EVENT | {"scope": "SELECTION", "target": "market1-pick2"})
    query = (
        f'{{ bettingSelections(brand: "{BRAND}", event: "event1") '
        "{ pick liabilityMinor liabilityLimitMinor stakeLimitMinor suspended } }"
    )
    limit = {"liabilityLimitMinor": 900, "stakeLimitMinor": None}
    assert (await read(office, TESS, query))["bettingSelections"] == [
        {"pick": "Horse 2", "liabilityMinor": 800, "suspended": True} | limit,
        {"pick": "Horse 1", "liabilityMinor": 400, "suspended": False} | limit,
    ]
    sam = replace(somebody("sam"), roles={BRAND: frozenset({Role.SUPPORT})})
    answer = await office.ask(sam, "suspendBetting", input=EVENT)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_trader_suspends_at_once_and_alone(office: ProposalFixture, bets: Database) -> None:
    """Without a step-up, which taking bets again needs; bets obey, and the audit log knows."""
    await done(office, TIRED, "suspendBetting", **EVENT)
    shown = (await read(office, TESS, RULES))["tradingRules"]
    assert shown["suspended"] == [{"scope": "EVENT", "targetId": "event1", "name": "Race 1"}]
    assert (shown["revision"], shown["decidedBy"], shown["reason"]) == (1, "Tired", "a fault")
    await applied(office, bets)
    assert (await rules(bets)).suspended == {Target(Scope.EVENT, "event1")}
    again = EVENT | {"suspended": False}
    assert await refused(office, TIRED, "suspendBetting", **again) == "STEP_UP_REQUIRED"
    await done(office, TESS, "suspendBetting", **again)
    await applied(office, bets)
    assert (await rules(bets)).suspended == frozenset()
    assert (await audited(office, "betting.suspend"), await audited(office, "betting.resume")) == (1, 1)
    await done(office, TESS, "suspendBetting", **again)
    assert (await read(office, TESS, RULES))["tradingRules"]["revision"] == 2


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        ("BRAND", ""),
        ("SPORT", "darts"),
        ("KIND", "WIN"),
        ("MARKET", "market1"),
        ("SELECTION", "market1-pick1"),
        ("EVENT", "offered"),
        ("MARKET", "untouched"),
    ],
)
async def test_anything_can_be_suspended(
    office: ProposalFixture, bets: Database, scope: str, target: str
) -> None:
    """Also what nobody has bet on; what nobody has is not."""
    events = Database.open(office.base.settings, "events")
    async with events.write() as connection:
        of = {"provider": "feed", "sports_event_id": "1"}
        offer = row(OFFER, **of, own_id="offered", name="Leeds v Fulham")
        await connection.execute(insert(OFFER).values(**offer))
        market = row(MARKET, **of, own_id="untouched", market_id="1", runners="[]")
        await connection.execute(insert(MARKET).values(**market))
    await events.close()
    await done(office, TESS, "suspendBetting", **EVENT | {"scope": scope, "target": target})
    await applied(office, bets)
    assert (await rules(bets)).suspended == {Target(Scope(scope.lower()), target)}
    unknown = EVENT | {"scope": scope, "target": "nothing"}
    if scope in {"EVENT", "MARKET", "SELECTION"}:
        assert await refused(office, TESS, "suspendBetting", **unknown) == "NOT_FOUND"
    assert await refused(office, TESS, "suspendBetting", **EVENT | {"target": "a b"}) == "NOT_FOUND"
    assert await refused(office, TESS, "suspendBetting", **EVENT | {"reason": " "}) == "INVALID"


async def test_a_trader_limits_and_removes_limits(office: ProposalFixture, bets: Database) -> None:
    """By what it is about and the currency; an amount that cannot be is refused."""
    await done(office, TESS, "limitBetting", **LIMIT | {"stakeMinor": 500})
    await done(office, TESS, "limitBetting", **LIMIT | {"currency": "EUR", "liabilityMinor": 900})
    await done(office, TESS, "limitBetting", **LIMIT | {"stakeMinor": 400, "liabilityMinor": 800})
    limits = (await read(office, TESS, RULES))["tradingRules"]["limits"]
    assert [(limit["currency"], limit["stakeMinor"], limit["liabilityMinor"]) for limit in limits] == [
        ("EUR", None, 900),
        ("GBP", 400, 800),
    ]
    assert await refused(office, TIRED, "limitBetting", **LIMIT) == "STEP_UP_REQUIRED"
    for wrong in ({"stakeMinor": -1}, {"currency": "gbp", "stakeMinor": 1}):
        assert await refused(office, TESS, "limitBetting", **LIMIT | wrong) == "INVALID"
    await done(office, TESS, "limitBetting", **LIMIT)
    await applied(office, bets)
    assert [key[1] for key in (await rules(bets)).limits] == ["EUR"]


async def test_terms_are_decided_by_who_has_seen_the_last(office: ProposalFixture, bets: Database) -> None:
    """Stakes by currency, most selections, and the bet delay."""
    stakes = [{"currency": "GBP", "minimumMinor": 20, "maximumMinor": 5000}]
    terms = {"brand": BRAND, "stakes": stakes, "maxLegs": 8, "delaySeconds": 6.5, "reason": "a fault"}
    await done(office, TESS, "setBettingTerms", **terms, revision=0)
    assert await refused(office, TOM, "setBettingTerms", **terms, revision=0) == "STALE"
    await applied(office, bets)
    found = await rules(bets)
    assert (found.max_legs, found.delay_seconds, found.stakes["GBP"].maximum) == (8, 6.5, 5000)
    for wrong in (
        {"maxLegs": 31},
        {"delaySeconds": -1.0},
        {"stakes": [{"currency": "GBP", "minimumMinor": 6, "maximumMinor": 5}]},
        {"stakes": stakes * 2},
    ):
        assert await refused(office, TESS, "setBettingTerms", **terms | wrong, revision=1) == "INVALID"


async def test_what_is_long_over_leaves_the_rules(office: ProposalFixture, bets: Database) -> None:
    """With the next decision: a week after its start nobody bets on an event."""
    await done(office, TESS, "suspendBetting", **EVENT)
    office.base.clock.advance(timedelta(days=12))  # type: ignore[attr-defined]
    tess = replace(TESS, stepped_up_until=NOW + timedelta(days=30))
    await done(office, tess, "suspendBetting", **EVENT | {"scope": "SPORT", "target": "darts"})
    await applied(office, bets)
    assert (await rules(bets)).suspended == {Target(Scope.SPORT, "darts")}


async def test_a_customer_may_stake_a_part(office: ProposalFixture, bets: Database) -> None:
    """It is told at once, and listed; nobody learns of a foreign customer."""
    given = {"customer": customer(0), "factorMilli": 250, "reason": "late prices"}
    await done(office, TESS, "setCustomerFactor", **given)
    assert (await applied(office, bets))[-1] == "bet.factor.v1"
    async with bets.read() as connection:
        decisions = TradingDecisions(TRADING, GLOBAL_STATE)
        assert await decisions.factor(connection, Owner(BRAND, "c-0")) == 250
    query = f'{{ customerFactors(brand: "{BRAND}") {{ nodes {{ customer factorMilli decidedBy }} }} }}'
    nodes = (await read(office, TESS, query))["customerFactors"]["nodes"]
    assert nodes == [{"customer": customer(0), "factorMilli": 250, "decidedBy": "Tess"}]
    for wrong, code in (
        ({"factorMilli": 1001}, "INVALID"),
        ({"customer": f"{BRAND}:nobody"}, "NOT_FOUND"),
        ({"customer": "southbet:c-0"}, "NOT_FOUND"),
    ):
        assert await refused(office, TESS, "setCustomerFactor", **given | wrong) == code
    assert await refused(office, TIRED, "setCustomerFactor", **given) == "STEP_UP_REQUIRED"


async def test_a_bet_is_void_by_two_people(office: ProposalFixture, bets: Database) -> None:
    """Whoever proposes does not approve; then bets are told, once."""
    given = {"bet": "b0", "reason": "the price of another market"}
    assert await refused(office, TIRED, "proposeBetVoid", **given) == "STEP_UP_REQUIRED"
    await done(office, TESS, "proposeBetVoid", **given)
    assert await refused(office, TOM, "proposeBetVoid", **given) == "CONFLICT"
    proposal = await proposed(office)
    assert await approve(office, TESS, proposal) == "FOUR_EYES"
    assert await approve(office, TOM, proposal) == "approve"
    assert "bet.void.v1" in await applied(office, bets)
    async with bets.read() as connection:
        void = (await connection.execute(select(TRADING.bet_void))).one()
        due = await connection.scalar(select(BETS.bet.c.due_at).where(BETS.bet.c.bet_id == "b0"))
    assert (void.bet_id, void.decided_by, due is not None) == ("b0", "Tess, Tom", True)
    shown = (await read(office, TESS, '{ officeBet(id: "b0") { void status customer } }'))["officeBet"]
    assert shown == {"void": True, "status": "OPEN", "customer": customer(0)}
    assert await refused(office, TOM, "proposeBetVoid", **given) == "CONFLICT"
    assert await refused(office, TOM, "proposeBetVoid", bet="none", reason="x") == "NOT_FOUND"


async def test_a_void_market_takes_no_bets(office: ProposalFixture, bets: Database) -> None:
    """All bets on it are void, and it is suspended, by the same two people."""
    given = {"brand": BRAND, "scope": "MARKET", "target": "market1", "reason": "the wrong race"}
    await done(office, TESS, "proposeVoid", **given)
    async with office.base.database.read() as connection:
        stored = (await connection.execute(select(PROPOSAL.c.content))).scalar_one()
    content = json.loads(stored) if isinstance(stored, str) else stored
    assert content["open"] == [{"bets": 2, "currency": "GBP", "stake_minor": 200}]
    assert await approve(office, TOM, await proposed(office)) == "approve"
    await applied(office, bets)
    assert (await rules(bets)).suspended == {Target(Scope.MARKET, "market1")}
    async with bets.read() as connection:
        void = select(GLOBAL_STATE.c.state).where(GLOBAL_STATE.c.kind == "void")
        states = list(await connection.scalars(void))
    assert [(state["id"], state["is_void"]) for state in states] == [("market1", True)]
    assert await refused(office, TESS, "proposeVoid", **given) == "CONFLICT"
    assert await refused(office, TESS, "proposeVoid", **given | {"scope": "EVENT"}) == "INVALID"


async def test_what_is_void_can_be_taken_back(office: ProposalFixture, bets: Database) -> None:
    """By two people as well; it stays suspended until somebody takes bets on it again."""
    given = {"brand": BRAND, "scope": "SELECTION", "target": "market1-pick2", "reason": "the wrong horse"}
    declared = f'{{ declaredVoids(brand: "{BRAND}") {{ scope targetId name reason decidedBy }} }}'
    assert await refused(office, TESS, "proposeVoid", **given | {"void": False}) == "CONFLICT"
    await done(office, TESS, "proposeVoid", **given)
    assert await approve(office, TOM, await proposed(office)) == "approve"
    await applied(office, bets)
    (shown,) = (await read(office, TESS, declared))["declaredVoids"]
    assert (shown["scope"], shown["targetId"], shown["reason"]) == (
        "SELECTION",
        "market1-pick2",
        "the wrong horse",
    )
    assert "Tom" in shown["decidedBy"]
    back = given | {"void": False, "reason": "it was the right one"}
    await done(office, TESS, "proposeVoid", **back)
    async with office.base.database.read() as connection:
        pending = select(PROPOSAL.c.proposal_id).where(PROPOSAL.c.status == ProposalStatus.PENDING.value)
        proposal = str(await connection.scalar(pending))
    assert await refused(office, TOM, "proposeVoid", **back) == "CONFLICT"
    assert await approve(office, TESS, proposal) == "FOUR_EYES"
    assert await approve(office, TOM, proposal) == "approve"
    await applied(office, bets)
    assert (await read(office, TESS, declared))["declaredVoids"] == []
    assert (await rules(bets)).suspended == {Target(Scope.SELECTION, "market1-pick2")}
    async with bets.read() as connection:
        void = select(GLOBAL_STATE.c.state).where(GLOBAL_STATE.c.kind == "void")
        assert [state["is_void"] for state in await connection.scalars(void)] == [False]
    assert await refused(office, TESS, "proposeVoid", **back) == "CONFLICT"


async def test_open_bets_of_a_selection_are_listed(office: ProposalFixture, bets: Database) -> None:
    """Those that may win most first, and each access is recorded."""
    query = (
        f'{{ openBets(brand: "{BRAND}", selection: "market1-pick2") {{ id stakeMinor legs {{ pick }} }} }}'
    )
    assert (await read(office, TESS, query))["openBets"] == [
        {"id": "b1", "stakeMinor": 1000, "legs": [{"pick": "Horse"}]}
    ]
    assert await audited(office, "betting.look_at_bets") == 1
