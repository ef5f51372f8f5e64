"""What bets apply of traders' decisions, from messages to what a bet is settled by."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.bets.decisions import TradingReducer
from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.messages.global_events.message import decode_global
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import create_database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.betting.bet import BetStatus
from subgraphs.bets.betting.facts import Settled, with_fact
from subgraphs.bets.betting.settling import settlement_of
from subgraphs.bets.settlement.results import MarketResult, Runner
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.rules import FULL_MILLI, NO_RULES, Limit, Scope, StakeRange, Target, TradingRules
from subgraphs.bets.trading.tables import TradingTables
from subgraphs.bets.trading.voids import Voids, with_voids
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.records.global_state import GlobalStateRepository, global_state_table
from tests.subgraphs.bets.slips import NOON, bet, made, selection, slip
from tests.subgraphs.bets.trading.decided_messages import NOTHING

METADATA: Final = MetaData()
TABLES: Final = TradingTables.declare(METADATA)
GLOBAL_STATE: Final = global_state_table(METADATA)
OWNER: Final = Owner("northbet", "ann")
LATER: Final = NOON + timedelta(hours=1)


def at(seconds: int = 0) -> str:
    """Return an instant as messages have it."""
    return (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def record(topic: str, key: str, body: dict[str, Any]) -> Record:
    """Return a record of a message."""
    return Record(topic, 0, 0, key.encode(), json.dumps(body).encode(), ())


def decision(number: int, kind: str, subject: str, state: dict[str, Any], brand: str = "northbet") -> Record:
    """Return a record of a decision for all nodes."""
    body = {
        "schema": "club.global/1",
        "event_id": f"e-{number}",
        "brand_id": brand,
        "epoch": 1,
        "number": number,
        "kind": kind,
        "subject": subject,
        "state": state,
        "reason": "because",
        "decided_at": at(number),
    }
    return record("club.global.v1", f"{brand}:{kind}:{subject}", body)


def trading(number: int, brand: str = "northbet", **facts: Any) -> Record:
    """Return a record of what traders suspend and limit."""
    return decision(number, "trading", "facts", {**NOTHING, "revision": number, **facts}, brand)


def void(number: int, scope: str, name: str, *, is_void: bool = True) -> Record:
    """Return a record of a void market or selection."""
    state = {"scope": scope, "id": name, "name": "Race 1", "is_void": is_void}
    return decision(number, "void", f"{scope}:{name}", state)


def of_customer(schema: str, customer: str, **facts: Any) -> Record:
    """Return a record about a customer."""
    body = {"schema": f"{schema}/1", "brand_id": "northbet", "customer_id": customer, **facts}
    body["event_id"] = str(uuid5(NAMESPACE_URL, json.dumps(body)))
    return record(f"{schema}.v1", f"northbet:{customer}", body)


def factor(milli: int, seconds: int = 0, customer: str = "ann") -> Record:
    """Return a record of a customer's factor."""
    return of_customer(
        "bet.factor",
        customer,
        decision_id=f"d-{seconds}",
        factor_milli=milli,
        reason="late prices",
        decided_by="Tess",
        decided_at=at(seconds),
    )


def bet_void(bet_id: str, decided: str = "p-1") -> Record:
    """Return a record of a bet that is void."""
    return of_customer(
        "bet.void",
        "ann",
        bet_id=bet_id,
        decision_id=decided,
        reason="wrong price",
        proposed_by="Tess",
        approved_by="Tom",
        decided_at=at(),
    )


@dataclass(frozen=True)
class DecisionsFixture:
    """A database of decisions, and what was asked to be settled again."""

    database: Database
    decisions: TradingDecisions
    again: list[str] = field(default_factory=list)

    @property
    def reducer(self) -> TradingReducer:
        """Return what applies decisions."""
        return TradingReducer(self.decisions, self.market_voided, self.bet_voided)

    async def market_voided(self, _: AsyncConnection, brand: str, market: str) -> None:
        """Note a market whose bets are settled again."""
        self.again.append(f"{brand}:{market}")

    async def bet_voided(self, _: AsyncConnection, bet_id: str) -> None:
        """Note a bet that is settled again."""
        self.again.append(bet_id)

    async def decide(self, *records: Record) -> Outcome:
        """Apply decisions for all nodes in one batch."""
        messages = [Message(record, decode_global(record)) for record in records]
        async with self.database.write() as connection:
            return await self.reducer.reducer.apply(connection, messages)

    async def apply(self, *records: Record) -> Outcome:
        """Apply decisions about customers in one batch."""
        outcome = Outcome()
        async with self.database.write() as connection:
            for one in records:
                if one.topic == "bet.void.v1":
                    outcome += await self.reducer.bets(connection, [Message(one, decode_void(one))])
                else:
                    outcome += await self.reducer.factors(connection, [Message(one, decode_factor(one))])
        return outcome

    async def read(self, ask: Callable[[AsyncConnection], Any]) -> Any:
        """Return what a question about the database answers."""
        async with self.database.read() as connection:
            return await ask(connection)

    async def rules(self, brand: str = "northbet") -> TradingRules:
        """Return the rules of a brand."""
        rules: TradingRules = await self.read(lambda connection: self.decisions.rules(connection, brand))
        return rules


@pytest.fixture
async def decided(database_url: str) -> AsyncIterator[DecisionsFixture]:
    """A new database with the tables of trading and of global messages, once for each engine."""
    settings = DatabaseSettings(url=database_url)
    await create_database(settings, "bets")
    database = Database.open(settings, "bets")
    try:
        async with database.write() as connection:
            await connection.run_sync(METADATA.create_all)
        yield DecisionsFixture(database, TradingDecisions(TABLES, GLOBAL_STATE))
    finally:
        await database.close()


async def test_what_traders_decide_are_the_rules_of_their_brand(decided: DecisionsFixture) -> None:
    """All of a state is replaced by the next, and an older one changes nothing."""
    assert await decided.rules() == NO_RULES
    event = {"scope": "event", "id": "e1", "name": "Race 1", "starts_at": at()}
    limit = {"scope": "brand", "id": "", "currency": "GBP", "stake_minor": None, "liability_minor": 9}
    stakes = {"currency": "GBP", "minimum_minor": 5, "maximum_minor": 500}
    whole = trading(2, suspended=[event], limits=[limit], stakes=[stakes], max_legs=3, delay_seconds=4.5)
    await decided.decide(whole)
    assert await decided.rules() == TradingRules(
        suspended=frozenset({Target(Scope.EVENT, "e1")}),
        limits={(Target(Scope.BRAND), "GBP"): Limit(liability=9)},
        stakes={"GBP": StakeRange(5, 500)},
        max_legs=3,
        delay_seconds=4.5,
    )
    assert (await decided.decide(trading(1))).stale == 1
    assert (await decided.rules()).max_legs == 3
    assert await decided.rules("southbet") == NO_RULES
    await decided.decide(trading(3))
    assert await decided.rules() == NO_RULES


async def test_a_state_that_was_not_understood_is_no_rule(decided: DecisionsFixture) -> None:
    """A version that did not know the kind has kept it unchecked; this one checks it first."""
    await decided.decide(trading(1, max_legs=3))
    async with decided.database.write() as connection:
        await connection.execute(GLOBAL_STATE.update().values(understood=False))
    assert await decided.rules() == NO_RULES
    async with decided.database.write() as connection:
        repository = GlobalStateRepository(GLOBAL_STATE)
        assert len(await repository.not_understood(connection)) == 1
        assert await decided.reducer.reducer.apply_kept(connection) == 1
    assert (await decided.rules()).max_legs == 3


async def test_the_last_factor_of_a_customer_stands(decided: DecisionsFixture) -> None:
    """In whatever order they come, and whoever else has one."""
    ask = lambda connection: decided.decisions.factor(connection, OWNER)  # noqa: E731
    assert await decided.read(ask) == FULL_MILLI
    assert (await decided.apply(factor(250, 2), factor(500, 1), factor(0, 3, "bob"))).stale == 1
    assert await decided.read(ask) == 250
    assert (await decided.apply(factor(250, 2))).stale == 1
    await decided.apply(factor(1000, 4))
    assert await decided.read(ask) == FULL_MILLI


async def test_whoever_settles_is_told_what_is_void(decided: DecisionsFixture) -> None:
    """Once of each decision, also of one that is taken back."""
    market = market_of(selection(1))
    await decided.decide(void(1, "market", market), void(2, "selection", selection(2)))
    assert decided.again == [f"northbet:{market}", f"northbet:{market_of(selection(2))}"]
    await decided.apply(bet_void("b1"), bet_void("b1", "p-2"))
    assert decided.again[2:] == ["b1"]
    await decided.decide(void(1, "market", market), void(3, "market", market, is_void=False))
    assert decided.again[3:] == [f"northbet:{market}"]


async def test_a_bet_knows_what_is_void_of_it(decided: DecisionsFixture) -> None:
    """Not of others, and of other brands nothing."""
    asked = bet(slip((1, 2, 3)))
    ask = lambda connection: decided.decisions.voids(connection, asked)  # noqa: E731
    assert await decided.read(ask) == Voids()
    market = market_of(selection(1))
    await decided.decide(void(1, "market", market), void(2, "selection", selection(2)))
    await decided.decide(void(3, "selection", "market3-other"), void(4, "market", "elsewhere"))
    found = Voids(markets=frozenset({market}), selections=frozenset({selection(2)}))
    assert await decided.read(ask) == found
    await decided.decide(void(5, "market", market, is_void=False))
    await decided.apply(bet_void("b1"), bet_void("b2"))
    assert await decided.read(ask) == Voids(bet=True, selections=frozenset({selection(2)}))


WON: Final = {
    market_of(selection(number)): MarketResult(
        kind="WIN", status="settled", runners=(Runner(selection_id=selection(number), status="winner"),)
    )
    for number in (1, 2)
}


@pytest.mark.parametrize(
    ("voids", "status", "returns"),
    [
        (Voids(), BetStatus.WON, 9000),
        (Voids(bet=True), BetStatus.VOID, 1000),
        (Voids(markets=frozenset({market_of(selection(1))})), BetStatus.PARTLY_VOID, 3000),
        (Voids(selections=frozenset({selection(2)})), BetStatus.PARTLY_VOID, 3000),
        (Voids(selections=frozenset({"market2-other"})), BetStatus.WON, 9000),
    ],
)
def test_what_is_void_is_settled_as_if_it_had_been_cancelled(
    voids: Voids, status: BetStatus, returns: int
) -> None:
    """Whether results are known or not; a bet that has won before is settled again."""
    double = made(slip((1, 2)))
    settlement = settlement_of(double, with_voids(double, WON, voids), LATER)
    assert settlement is not None
    assert (settlement.status, settlement.returns_minor) == (status, returns)
    won = settlement_of(double, WON, LATER)
    assert won is not None
    after = with_fact(double, Settled(won))
    again = settlement_of(after, with_voids(after, WON, voids), LATER)
    assert (None if again is None else (again.number, again.returns_minor)) == (
        None if status is BetStatus.WON else (2, returns)
    )


def test_a_void_bet_is_settled_without_results() -> None:
    """At once, with its stake back."""
    single = made()
    assert settlement_of(single, with_voids(single, {}, Voids()), LATER) is None
    settlement = settlement_of(single, with_voids(single, {}, Voids(bet=True)), LATER)
    assert settlement is not None
    assert (settlement.status, settlement.returns_minor) == (BetStatus.VOID, single.slip.total_minor)
