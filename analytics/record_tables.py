"""The record tables: what arrived on each topic, one row a record.

A record table keeps all that came, every revision of a thing included. Questions are asked of the views over
them, in which each row has one meaning.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from subgraphs.club_kit.topics import (
    ACCOUNT_TOPIC,
    ADJUSTMENT_TOPIC,
    CHOICE_TOPIC,
    CONTROL_TOPIC,
    GOODWILL_TOPIC,
    MEMBERSHIP_TOPIC,
    OUTCOMES_TOPIC,
    PROGRESS_TOPIC,
    QUALIFICATION_TOPIC,
    SCHEME_TOPIC,
    SERVED_TOPIC,
    WEEK_TOPIC,
)
from subgraphs.kit.topics import BET_STATE_TOPIC, CELLS_TOPIC, EVENT_MARKET_TOPIC, EVENT_OFFER_TOPIC

INSTANT: Final = "DateTime64(6, 'UTC')"
WORD: Final = "LowCardinality(String)"

ORIGIN: Final[Mapping[str, str]] = {
    "generation": WORD,
    "topic_partition": "UInt32",
    "topic_offset": "UInt64",
    "range_first": "UInt64",
    "range_last": "UInt64",
    "produced_at": f"Nullable({INSTANT})",
    "arrived_at": INSTANT,
    "refused": "String",
}
"""Where a row comes from: offsets count within the broker generation, `range_first` and `range_last` bound
what the insert that wrote the row had read, `arrived_at` is when that was, and `refused` says why a record is
no fact."""

_REWARD: Final = {
    "reward_id": WORD,
    "config_version": "UInt32",
    "kind": WORD,
    "value_minor": "Nullable(Int64)",
    "spins": "Nullable(UInt32)",
    "currency": WORD,
}
_TERRITORY: Final = {"jurisdiction": WORD, "currency": WORD}


@dataclass(frozen=True, slots=True)
class RecordTable:
    """The records of one topic.

    Attributes:
        name: The table's name.
        topic: The topic.
        own: Name and type of each column that the message fills.
        order: The columns that rows are sorted by.
        retention: The column that retention is counted from; None to keep the rows for ever.
        is_state: Whether rows are kept for ever unless the table has a retention of its own, because they say
            what still holds, however old they are.
        keyed: Whether the topic is keyed by customer.
        counted: What the rows of each part are counted by, so that their number by it is read without them.
    """

    name: str
    topic: str
    own: Mapping[str, str]
    order: tuple[str, ...]
    retention: str | None = None
    is_state: bool = False
    keyed: bool = True
    counted: str = ""

    @property
    def columns(self) -> Mapping[str, str]:
        """Return all columns with their types."""
        customer = {"customer": "UInt64"} if self.keyed else {}
        return {"brand": WORD, **customer, **self.own, "occurred_at": INSTANT, **ORIGIN}

    def ddl(self, days: int, current: str | None) -> Iterator[str]:
        """Yield the statements that create the table, unless it exists, and change what is otherwise.

        An insert is one block of one partition, so that its token covers all of it. Parts are merged row by
        row, which is cheaper for columns as narrow as these.

        Args:
            days: How long rows are kept; 0 for ever.
            current: The statement that would create the table as it is; None if there is none.
        """
        columns = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        kept = f"TTL toDateTime({self.retention}) + toIntervalDay({days})" if self.retention and days else ""
        if self.counted:
            columns += f", PROJECTION counts (SELECT {self.counted}, count() GROUP BY {self.counted})"
        settings = "non_replicated_deduplication_window = 10000, enable_vertical_merge_algorithm = 0"
        yield (
            f"CREATE TABLE IF NOT EXISTS {self.name} ({columns}) ENGINE = MergeTree "
            f"ORDER BY ({', '.join(self.order)}) {kept} SETTINGS {settings}"
        )
        added = ", ".join(f"ADD COLUMN IF NOT EXISTS {name} {kind}" for name, kind in self.columns.items())
        yield f"ALTER TABLE {self.name} {added}"
        if current is not None and kept and kept not in current:
            yield f"ALTER TABLE {self.name} MODIFY {kept}"
        elif current is not None and not kept and "\nTTL " in current:
            yield f"ALTER TABLE {self.name} REMOVE TTL"


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days rows are kept; 0 for ever.

    Attributes:
        days: Of facts of customers.
        own: Of single tables instead, by name.
    """

    days: int = 0
    own: Mapping[str, int] = field(default_factory=dict)

    def of(self, table: RecordTable) -> int:
        """Return how many days the rows of a table are kept."""
        return self.own.get(table.name, 0 if table.is_state else self.days)


BETS: Final = RecordTable(
    "bet_records",
    PROGRESS_TOPIC,
    {
        "bet": "UInt64",
        "revision": "UInt32",
        "status": WORD,
        "bet_type": WORD,
        "product": WORD,
        "channel": WORD,
        "stake_minor": "Int64",
        "counting_stake_minor": "Int64",
        "currency": WORD,
        "stake_source": WORD,
        "odds_milli": "Nullable(Int64)",
        "placed_at": INSTANT,
        "legs": "String",
    },
    ("brand", "toDate(placed_at)", "bet", "revision"),
    retention="occurred_at",
    counted="brand, toDate(placed_at)",
)
BET_STATES: Final = RecordTable(
    "bet_state_records",
    BET_STATE_TOPIC,
    {
        "bet": "UInt64",
        "revision": "UInt32",
        "status": WORD,
        "product": WORD,
        "stake_minor": "Int64",
        "counting_stake_minor": "Int64",
        "currency": WORD,
        "each_way": "Bool",
        "stake_source": WORD,
        "returns_minor": "Int64",
        "potential_returns_minor": "Int64",
        "placed_at": INSTANT,
        "single_event": WORD,
        "single_sport": WORD,
        "single_name": WORD,
        "leg_events": "Array(String)",
        "leg_sports": "Array(String)",
        "leg_names": "Array(String)",
        "leg_starts": "Array(Int64)",
        "leg_markets": "Array(String)",
        "leg_market_names": "Array(String)",
        "leg_selections": "Array(String)",
        "leg_picks": "Array(String)",
        "leg_odds_milli": "Array(Int64)",
        "leg_results": "Array(String)",
    },
    ("brand", "toMonday(placed_at)", "bet", "revision"),
    retention="occurred_at",
    counted="brand, toMonday(placed_at)",
)
"""Of each bet's legs, one array a field: `leg_names` are those of events, `leg_starts` microseconds since
1970, and a result is empty while it is not known. The event of a single is a column of its own, which is read
without the others."""

ACCOUNTS: Final = RecordTable(
    "account_records",
    ACCOUNT_TOPIC,
    {
        "revision": "UInt32",
        "status": WORD,
        "verified": "Bool",
        **_TERRITORY,
        "rg_state": WORD,
        "promo_restricted": "Bool",
        "erased": "Bool",
    },
    ("brand", "customer", "revision"),
)
MEMBERSHIPS: Final = RecordTable(
    "membership_records",
    MEMBERSHIP_TOPIC,
    {
        "version": "UInt32",
        "change": WORD,
        "opted_in": "Bool",
        "since": f"Nullable({INSTANT})",
        "left_at": f"Nullable({INSTANT})",
        "first_opted_in_at": f"Nullable({INSTANT})",
    },
    ("brand", "customer", "version"),
)
CONTROL_DRAWS: Final = RecordTable(
    "control_records",
    CONTROL_TOPIC,
    {
        **_TERRITORY,
        "draw": "UInt32",
        "control_per_mille": "UInt32",
        "trial_reward_id": WORD,
        "trial_draw": "UInt32",
        "trial_drawn_at": f"Nullable({INSTANT})",
    },
    ("brand", "customer"),
    retention="occurred_at",
    is_state=True,
)
CHOICES: Final = RecordTable(
    "choice_records",
    CHOICE_TOPIC,
    {"iso_week": WORD, "revision": "UInt32", "final": "Bool", "source": WORD, **_REWARD},
    ("brand", "iso_week", "customer", "revision"),
    retention="occurred_at",
)
QUALIFICATIONS: Final = RecordTable(
    "qualification_records",
    QUALIFICATION_TOPIC,
    {
        "iso_week": WORD,
        "revision": "UInt32",
        "status": WORD,
        "total_minor": "Int64",
        "target_minor": "Int64",
        "currency": WORD,
    },
    ("brand", "iso_week", "customer", "revision"),
    retention="occurred_at",
)
OUTCOMES: Final = RecordTable(
    "outcome_records",
    OUTCOMES_TOPIC,
    {
        "iso_week": WORD,
        "revision": "UInt32",
        "state": WORD,
        "stage": WORD,
        "reason": WORD,
        "flag": WORD,
        "provider": WORD,
        "sent_at": f"Nullable({INSTANT})",
        "credited_at": f"Nullable({INSTANT})",
        "expires_at": f"Nullable({INSTANT})",
        **_REWARD,
    },
    ("brand", "iso_week", "customer", "revision"),
    retention="occurred_at",
)
ADJUSTMENTS: Final = RecordTable(
    "adjustment_records",
    ADJUSTMENT_TOPIC,
    {"adjustment": "UInt64", "iso_week": WORD, "amount_minor": "Int64", "currency": WORD},
    ("brand", "iso_week", "customer"),
    retention="occurred_at",
)
GOODWILL: Final = RecordTable(
    "goodwill_records",
    GOODWILL_TOPIC,
    {"credit": "UInt64", "iso_week": WORD, "cause": WORD, **_REWARD},
    ("brand", "iso_week", "customer"),
    retention="occurred_at",
)
SCHEMES: Final = RecordTable(
    "scheme_records",
    SCHEME_TOPIC,
    {
        **_TERRITORY,
        "version": "UInt32",
        "time_zone": WORD,
        "default_jurisdiction": WORD,
        "default_currency": WORD,
        "qualifying_product": WORD,
        "target_minor": "Int64",
        "min_stake_minor": "Int64",
        "min_odds_milli": "Int64",
        "bet_types": "Array(String)",
        "channels": "Array(String)",
        "count_before_opt_in": "Bool",
        "grace_minutes": "Int64",
        "effective_from": INSTANT,
        "issued_at": INSTANT,
        "default_reward_id": WORD,
        "control_per_mille": "UInt32",
        "trial_reward_id": WORD,
        "trial_per_mille": "UInt32",
        "counts_some_events": "Bool",
        "counted_sports": "Array(String)",
        "counted_competitions": "Array(String)",
        "counted_events": "Array(String)",
        "counted_legs": WORD,
    },
    ("brand", "jurisdiction", "currency", "version"),
    keyed=False,
)
WEEKS: Final = RecordTable(
    "week_records",
    WEEK_TOPIC,
    {
        "iso_week": WORD,
        **_TERRITORY,
        "scheme_version": "UInt32",
        "starts_at": INSTANT,
        "ends_at": INSTANT,
        "grace_until": INSTANT,
    },
    ("brand", "iso_week", "jurisdiction", "currency"),
    keyed=False,
)
CELLS: Final = RecordTable(
    "cell_records",
    CELLS_TOPIC,
    {
        "node": WORD,
        "part": WORD,
        "cell": WORD,
        "first_partition": "UInt32",
        "last_partition": "UInt32",
        "every_seconds": "Float64",
    },
    ("node", "part", "occurred_at"),
    retention="occurred_at",
    keyed=False,
)
SERVED: Final = RecordTable(
    "served_records",
    SERVED_TOPIC,
    {
        "cell": WORD,
        "process": "String",
        "sequence": "UInt32",
        "kind": WORD,
        "since": INSTANT,
        "jurisdictions": "Array(String)",
        "currencies": "Array(String)",
        "items": "Array(String)",
        "config_versions": "Array(Int64)",
        "locales": "Array(String)",
        "revisions": "Array(Int64)",
        "counts": "Array(Int64)",
    },
    ("brand", "kind", "occurred_at"),
    retention="occurred_at",
    keyed=False,
)
OFFERS: Final = RecordTable(
    "offer_records",
    EVENT_OFFER_TOPIC,
    {
        "offer": "String",
        "sports": "Array(String)",
        "competitions": "Array(String)",
        "events": "Array(String)",
    },
    ("offer",),
    retention="occurred_at",
    is_state=True,
    keyed=False,
)
MARKETS: Final = RecordTable(
    "market_records",
    EVENT_MARKET_TOPIC,
    {"market": "String", "offer": "String"},
    ("offer", "market"),
    retention="occurred_at",
    is_state=True,
    keyed=False,
)

RECORD_TABLES: Final = (
    BETS,
    BET_STATES,
    ACCOUNTS,
    MEMBERSHIPS,
    CONTROL_DRAWS,
    CHOICES,
    QUALIFICATIONS,
    OUTCOMES,
    ADJUSTMENTS,
    GOODWILL,
    SCHEMES,
    WEEKS,
    CELLS,
    SERVED,
    OFFERS,
    MARKETS,
)
BY_TOPIC: Final = {table.topic: table for table in RECORD_TABLES}
