"""Decisions of traders as messages tell them and as they are stored, and bets that obey them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from consumers.bets.decisions import TradingReducer
from consumers.bets.trading_messages import decode_factor, decode_void
from consumers.messages.global_events.message import decode_global
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.customer_data import erasure_of
from subgraphs.bets.models import BETS, GLOBAL_STATE, TRADING
from subgraphs.bets.records.results import ResultStore
from subgraphs.bets.trading.decided import TradingDecisions
from subgraphs.bets.trading.rules import TradingRules
from subgraphs.bets.trading.voids import Voids
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.global_state import GlobalKind, GlobalOrder, StoredMessage, trading_subject
from tests.subgraphs.bets.house import House, opened_house

NOON: Final = datetime(2026, 3, 28, 12, tzinfo=UTC)
NOTHING: Final[dict[str, Any]] = {
    "revision": 1,
    "suspended": [],
    "limits": [],
    "stakes": [],
    "max_legs": None,
    "delay_seconds": None,
}


def stored_trading(brand: str = "northbet", **facts: Any) -> StoredMessage:
    """Return what is stored of a brand's traders."""
    return StoredMessage(
        key=trading_subject(brand).key,
        brand=brand,
        kind=GlobalKind.TRADING.value,
        order=GlobalOrder(1, 1),
        event_id="e-1",
        state={**NOTHING, **facts},
        reason=None,
        decided_at=NOON,
        understood=True,
        produced_at=None,
    )


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


def bet_void(bet_id: str, decided: str = "p-1", customer: str = "ann") -> Record:
    """Return a record of a bet that is void."""
    return of_customer(
        "bet.void",
        customer,
        bet_id=bet_id,
        decision_id=decided,
        reason="wrong price",
        proposed_by="Tess",
        approved_by="Tom",
        decided_at=at(),
    )


@dataclass(frozen=True, repr=False)
class TradedHouse:
    """Bets over a real ledger, and what traders decide about them."""

    house: House
    settings: DatabaseSettings

    @property
    def decisions(self) -> TradingDecisions:
        """Return what reads decisions."""
        return TradingDecisions(TRADING, GLOBAL_STATE)

    @property
    def reducer(self) -> TradingReducer:
        """Return what applies decisions."""
        erasure = erasure_of(self.house.database.dialect, Pseudonyms.from_settings(self.settings))
        return TradingReducer(self.decisions, ResultStore(BETS), erasure, self.house.bets.work.clock)

    async def decide(self, *records: Record) -> Outcome:
        """Apply decisions for all nodes in one batch."""
        messages = [Message(record, decode_global(record)) for record in records]
        async with self.house.database.write() as connection:
            return await self.reducer.reducer.apply(connection, messages)

    async def apply(self, *records: Record) -> Outcome:
        """Apply decisions about customers in one batch."""
        outcome = Outcome()
        async with self.house.database.write() as connection:
            for one in records:
                if one.topic == "bet.void.v1":
                    outcome += await self.reducer.bets(connection, [Message(one, decode_void(one))])
                else:
                    outcome += await self.reducer.factors(connection, [Message(one, decode_factor(one))])
        return outcome

    async def rules(self, brand: str = "northbet") -> TradingRules:
        """Return the rules of a brand."""
        async with self.house.database.read() as connection:
            return await self.decisions.rules(connection, brand)

    async def factor(self, owner: Owner) -> int:
        """Return a customer's factor."""
        async with self.house.database.read() as connection:
            return await self.decisions.factor(connection, owner)

    async def voids(self, bet: Any) -> Voids:
        """Return what is void of a bet."""
        async with self.house.database.read() as connection:
            return await self.decisions.voids(connection, bet)

    async def due(self) -> list[str]:
        """Return the bets that are due now."""
        work = self.house.bets.work
        return await work.store.due_bets.due(await work.now(), 100)


@asynccontextmanager
async def traded_house(url: str, folder: Path, **settings: Any) -> AsyncIterator[TradedHouse]:
    """Yield bets over the database at a URL, and a ledger with money in a folder."""
    async with opened_house(url, folder, **settings) as house:
        yield TradedHouse(house, DatabaseSettings(url=url))
