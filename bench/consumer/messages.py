"""The messages on Kafka that are consumed: bets as the upstream sends them, and rows for the sink."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from confluent_kafka import Producer
from sqlalchemy import BigInteger, Column, Integer

from foundation.storage.columns import UtcDateTime
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, PROGRESS_TOPIC, SCHEME_TOPIC
from subgraphs.progress.models import CONTRIBUTION

BRAND: Final = "northbet"
ROWS: Final = "bench.rows.v1"
PARTITIONS: Final = 8
DECIDED_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the values that were produced_messages, on average."""

    bet: float
    row: float


@dataclass(frozen=True, slots=True)
class Workload:
    """A number of messages about bets of a number of customers; the same in every run."""

    messages: int
    customers: int

    def bets(self) -> Iterator[dict[str, Any]]:
        """Yield states of bets: most are only placed, some are settled or voided later."""
        pick = random.Random(7)  # noqa: S311 - the same messages each time
        began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
        open_bets: list[dict[str, Any]] = []
        number = 0
        for place in range(self.messages):
            moment = (began + timedelta(seconds=900 * place // self.messages)).strftime("%Y-%m-%dT%H:%M:%SZ")
            if open_bets and pick.random() < DECIDED_SHARE:
                bet = open_bets.pop(pick.randrange(len(open_bets)))
                yield bet | {"bet_revision": 2, "status": "settled", "occurred_at": moment}
                continue
            number += 1
            stake = pick.choice((50, 100, 200, 500, 1000, 2000))
            bet = placed_bet(number, f"c-{pick.randrange(self.customers)}", stake, moment)
            bet["odds_milli"] = pick.choice((1200, 1500, 2000, 3500))
            open_bets.append(bet)
            yield bet

    def produce(self, bootstrap: str) -> Sizes:
        """Produce everything to Kafka: scheme, accounts, bets, and the rows that result from the bets."""
        producer = Producer(
            {"bootstrap.servers": bootstrap, "linger.ms": 50, "queue.buffering.max.messages": 10**6}
        )
        producer.produce(SCHEME_TOPIC, orjson.dumps(_SCHEME), f"{BRAND}:GB:GBP:1")
        for number in range(self.customers):
            account = _ACCOUNT | {"customer_id": f"c-{number}"}
            producer.produce(ACCOUNT_TOPIC, orjson.dumps(account), f"{BRAND}:c-{number}")
        bytes_of_bets = bytes_of_rows = 0
        for config, bet in enumerate(self.bets()):
            message = {"schema": "club.progress/1", "event_id": str(UUID(int=config)), **bet}
            value, row = orjson.dumps(message), orjson.dumps(_row(bet))
            bytes_of_bets, bytes_of_rows = bytes_of_bets + len(value), bytes_of_rows + len(row)
            key = f"{BRAND}:{bet['customer_id']}"
            producer.produce(PROGRESS_TOPIC, value, key)
            producer.produce(ROWS, row, key)
            producer.poll(0)
        if producer.flush(120):
            raise RuntimeError("the messages could not be put on Kafka")
        producer.close()
        return Sizes(bytes_of_bets / self.messages, bytes_of_rows / self.messages)


def _connect_type(column: Column[Any]) -> dict[str, Any]:
    """Return a column as Kafka Connect describes it."""
    match column.type:
        case UtcDateTime():
            kind = {"type": "int64", "name": "org.apache.kafka.connect.data.Timestamp", "version": 1}
        case BigInteger():
            kind = {"type": "int64"}
        case Integer():
            kind = {"type": "int32"}
        case _:
            kind = {"type": "string"}
    return {"field": column.name, "optional": bool(column.nullable), **kind}


ROW_SCHEMA: Final[dict[str, Any]] = {
    "type": "struct",
    "fields": [_connect_type(column) for column in CONTRIBUTION.columns],
}
"""The types that Kafka Connect needs: given once, in the converter's settings."""


def placed_bet(number: int, customer: str, stake: int, moment: str) -> dict[str, Any]:
    """Return what the upstream says of a single bet in pounds that was just placed; it has no odds yet."""
    return {
        "brand_id": BRAND,
        "customer_id": customer,
        "bet_id": f"b-{number:08d}",
        "bet_revision": 1,
        "status": "placed",
        "bet_type": "single",
        "stake_minor": stake,
        "counting_stake_minor": stake,
        "currency": "GBP",
        "stake_source": "cash",
        "placed_at": moment,
        "occurred_at": moment,
        "product": "betting",
    }


def _row(bet: dict[str, Any]) -> dict[str, Any]:
    """Return the ledger row that results from a bet, computed in advance."""
    counts = bet["stake_minor"] >= 100 and bet["odds_milli"] >= 1500  # noqa: PLR2004 - the scheme's
    placed, occurred = datetime.fromisoformat(bet["placed_at"]), datetime.fromisoformat(bet["occurred_at"])
    year, week, _ = placed.isocalendar()
    facts = {name: bet.get(name) for name in map(str, CONTRIBUTION.columns.keys())}
    return facts | {
        "iso_week": f"{year}-W{week:02d}",
        "revision": bet["bet_revision"],
        "placed_at": int(placed.timestamp() * 1000),
        "occurred_at": int(occurred.timestamp() * 1000),
        "counted_minor": bet["counting_stake_minor"] if counts else 0,
        "reason": "COUNTED" if counts else "BELOW_MIN_ODDS",
        "kept": 0,
    }


_SCHEME: Final[dict[str, Any]] = {
    "schema": "club.scheme/1",
    "event_id": "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c11",
    "brand_id": BRAND,
    "brand": {
        "name": "Northbet",
        "time_zone": "Europe/London",
        "default_locale": "en-GB",
        "locales": ["en-GB"],
        "default_jurisdiction": "GB",
        "jurisdictions": ["GB"],
        "default_currency": "GBP",
        "currencies": ["GBP"],
    },
    "jurisdiction": "GB",
    "currency": "GBP",
    "version": 1,
    "qualifying_product": "betting",
    "target_minor": 2500,
    "min_stake_minor": 100,
    "min_odds_milli": 1500,
    "bet_types": ["single", "multiple"],
    "channels": [],
    "count_before_opt_in": True,
    "void_policy": "exclude",
    "default_reward_id": None,
    "choice_lock_minutes": 0,
    "grace_minutes": 60,
    "terms": {"version": "1", "summary": "Stake 25 pounds.", "url": "https://northbet.example/terms"},
    "effective_from": "2026-01-05T00:00:00Z",
    "occurred_at": "2026-01-01T00:00:00Z",
}

_ACCOUNT: Final[dict[str, Any]] = {
    "schema": "club.account-status/1",
    "event_id": "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c11",
    "brand_id": BRAND,
    "revision": 1,
    "status": "active",
    "verified": True,
    "jurisdiction": "GB",
    "currency": "GBP",
    "rg_state": "none",
    "promo_restricted": False,
    "occurred_at": "2026-01-01T00:00:00Z",
}
