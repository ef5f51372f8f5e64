"""The facts of the benchmark: what an installation would have read from Kafka in some weeks.

The engine makes them itself; bets come in the order of time. Customers, memberships, draws, qualifications,
choices and credits are there as well, so that no report is empty.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from analytics.record_tables import BETS, ORIGIN, SCHEMES
from consumers.stream.records import Record

BRAND: Final = "northbet"
BEGIN: Final = datetime(2025, 11, 3, tzinfo=UTC)
"""A Monday; clocks do not change in the weeks from there on."""

AT_ONCE: Final = 5_000_000
_FOLDER: Final = Path(__file__).parent
_FROM: Final = """
'made' AS generation, 0 AS topic_partition, number AS topic_offset, number AS range_first,
number AS range_last, occurred_at + toIntervalMillisecond(40) AS produced_at,
produced_at AS arrived_at, '' AS refused
"""
_REACHED: Final = """(
    SELECT number, cityHash64('customer', number % {customers}) AS customer,
        {begin} + toIntervalWeek(intDiv(number, {customers})) AS starts_at,
        formatDateTime(starts_at, '%G-W%V') AS iso_week
    FROM numbers({customers} * {weeks})
    WHERE number % {customers} % 10 >= 4 AND cityHash64('q', number) % 3 = 0
)"""


@dataclass(frozen=True, slots=True)
class MadeFacts:
    """How much is made.

    Attributes:
        bets: Their number; one of ten is settled by a second revision.
        customers: Who bet.
        weeks: Over which the bets are spread.
    """

    bets: int
    customers: int
    weeks: int

    @property
    def ends_at(self) -> datetime:
        """Return the end of the last week."""
        return BEGIN + timedelta(weeks=self.weeks)

    def scheme(self) -> Record:
        """Return the message about the scheme, which has a control group."""
        facts = {
            "name": BRAND,
            "time_zone": "Europe/London",
            "default_locale": "en-GB",
            "locales": ["en-GB"],
            "default_jurisdiction": "GB",
            "jurisdictions": ["GB"],
            "default_currency": "GBP",
            "currencies": ["GBP"],
        }
        body = {
            "schema": "club.scheme/1",
            "event_id": str(uuid5(NAMESPACE_URL, "scheme")),
            "brand_id": BRAND,
            "brand": facts,
            "jurisdiction": "GB",
            "currency": "GBP",
            "version": 1,
            "qualifying_product": "betting",
            "target_minor": 2500,
            "min_stake_minor": 100,
            "min_odds_milli": 1500,
            "bet_types": ["single", "multiple"],
            "channels": ["sports", "esports", "virtual", "exchange"],
            "count_before_opt_in": True,
            "void_policy": "exclude",
            "default_reward_id": "fb-5",
            "choice_lock_minutes": 0,
            "grace_minutes": 720,
            "terms": {"version": "1", "summary": "Made.", "url": "https://example.test/"},
            "effective_from": "2025-01-06T00:00:00Z",
            "issued_at": "2025-01-01T00:00:00Z",
            "occurred_at": "2025-01-01T00:00:00Z",
            "control_per_mille": 100,
        }
        return Record(SCHEMES.topic, 0, 0, f"{BRAND}:GB:GBP:1".encode(), json.dumps(body).encode())

    def statements(self) -> Iterator[tuple[str, int]]:
        """Yield the statements that make everything, bets last, with how many bets each makes."""
        for statement in _statements("made_facts.sql"):
            yield self._filled(statement), 0
        (bets,) = _statements("made_bets.sql")
        for first in range(0, self.bets, AT_ONCE):
            count = min(AT_ONCE, self.bets - first)
            yield self._filled(bets).replace("{first}", str(first)).replace("{count}", str(count)), count

    def records(self, first: int, count: int) -> list[Record]:
        """Return messages of further bets on the last day, numbered from `first` on, by 50,000 customers."""
        records = []
        for number in range(first, first + count):
            at = self.ends_at - timedelta(seconds=1 + number % 86_400)
            placed, stake = at.strftime("%Y-%m-%dT%H:%M:%SZ"), 100 + number % 900
            customer = f"c-{number * 7919 % 50_000}"
            body = (
                f'{{"schema":"club.progress/1","event_id":"6f0b6f0e-3d0c-4f7e-9d53-{number:012x}",'
                f'"brand_id":"{BRAND}","customer_id":"{customer}","bet_id":"later-{number}",'
                f'"bet_revision":1,"status":"placed","bet_type":"single","stake_minor":{stake},'
                f'"counting_stake_minor":{stake},"currency":"GBP","stake_source":"cash",'
                f'"odds_milli":2500,"placed_at":"{placed}","occurred_at":"{placed}","product":"betting"}}'
            )
            key = f"{BRAND}:{customer}".encode()
            records.append(Record(BETS.topic, 0, number, key, body.encode(), timestamp=at))
        return records

    def _filled(self, statement: str) -> str:
        """Return a statement with what its names stand for."""
        begin = f"toDateTime64('{BEGIN:%Y-%m-%d %H:%M:%S}', 6, 'UTC')"
        names = {
            "reached": _REACHED,
            "origin": ", ".join(ORIGIN),
            "from": _FROM,
            "brand": f"'{BRAND}'",
            "begin": begin,
            "customers": str(self.customers),
            "weeks": str(self.weeks),
            "apart": str(self.weeks * 7 * 86_400 * 1_000_000 / self.bets),
        }
        for name, value in names.items():
            statement = statement.replace(f"{{{name}}}", value)
        return statement


def _statements(file: str) -> list[str]:
    """Return the statements of a file, without comments."""
    lines = (_FOLDER / file).read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    return [statement for statement in text.split(";") if statement.strip()]
