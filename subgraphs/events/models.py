"""The tables of events: what providers offer, which offers are of one event, and whom to believe."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, text

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import JSON_LIST, LONG_TEXT, Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
GLOBAL_STATE = global_state_table(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

OVER: Final = ("finished", "cancelled")
"""The statuses of an offer with which nothing more comes."""

MAX_LENGTH: Final = timedelta(days=30)
"""How long an event may last that nobody says is over."""

OFFER = Table(
    "offer",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("sports_event_id", Identifier(), primary_key=True),
    Column("own_id", Identifier(16), nullable=False, unique=True),
    Column("revision", BigInteger, nullable=False),
    Column("sport", Identifier(), nullable=False),
    Column("category", String(200), nullable=False),
    Column("competition", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("competitors", JSON_LIST, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("score", String(64), nullable=True),
    Column("known_since", UtcDateTime, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Column("event_id", Identifier(16), nullable=True),
    Column("version", BigInteger, nullable=False),
    Column("announced", Boolean, nullable=False, server_default=text("0")),
    Index("offer_by_version", "version"),
    Index("offer_by_sport", "sport", "starts_at"),
    Index("offer_by_age", "starts_at"),
    Index("offer_by_event", "event_id"),
    Index("offer_by_revision", "provider", "is_gone", "revision"),
    Index("offer_by_announcement", "announced"),
)
"""A sports event as a provider offers it.

`event_id`: the `own_id` of the first offer of the event that it is of; null while that waits for a person.
`version`: that of the catalogue at which the row last changed. `announced`: whether other blocks were told
what its event is called now."""

MARKET = Table(
    "market",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("market_id", Identifier(), primary_key=True),
    Column("own_id", Identifier(16), nullable=False, unique=True),
    Column("sports_event_id", Identifier(), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("line_milli", Integer, nullable=True),
    Column("place_terms", JSON_LIST, nullable=True),
    Column("status", String(16), nullable=False),
    Column("in_play", Boolean, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("runners", LONG_TEXT, nullable=False),
    Column("void_periods", JSON_LIST, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Column("announced", Boolean, nullable=False, server_default=text("0")),
    Column("result_announced", Boolean, nullable=False, server_default=text("0")),
    Column("told_result", Identifier(32), nullable=True),
    Column("told_revision", BigInteger, nullable=True),
    Index("market_by_offer", "provider", "sports_event_id"),
    Index("market_by_age", "changed_at"),
    Index("market_by_announcement", "announced"),
    Index("market_by_result", "result_announced"),
)
"""A market of a provider with its prices or results; it hangs on the provider's offer, never on an event.

`runners`: JSON, as in the message. A selection's `changed_at` is there. `void_periods`: null without any.
`announced`: whether other blocks were told of which offer it is; `result_announced`: likewise what decides
bets on it. `told_result`: a digest of what they were told of that last, at `told_revision`; null before."""

CATALOGUE = Table(
    "catalogue",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""One row, by whose version readers find what has changed: whoever changes offers raises it first."""

STATISTICS = Table(
    "statistics",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("sports_event_id", Identifier(), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("figures", JSON_LIST, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Index("statistics_by_age", "occurred_at"),
)
"""Figures of an offer, as its provider counts them."""

PICTURE = Table(
    "picture",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("sports_event_id", Identifier(), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("fixtures_of", Identifier(), nullable=False),
    Column("stream_id", Identifier(), nullable=False),
    Column("territories", JSON_LIST, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Index("picture_by_offer", "fixtures_of", "sports_event_id"),
    Index("picture_by_age", "ends_at"),
)
"""The picture of the offer of another provider, `fixtures_of`; no territories are all of them."""

PROVIDER = Table(
    "provider",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("capabilities", JSON_LIST, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("incomplete_since", UtcDateTime, nullable=True),
    Column("reason", String(500), nullable=False),
    Column("first_revision", BigInteger, nullable=False),
    Column("delay_ms", BigInteger, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
)
"""How each provider last said that it is."""

TRUST = Table(
    "trust",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("trusted", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("well_since", UtcDateTime, nullable=True),
)
"""Whether each provider may lead, since when, and why.

`failures`: how often it failed lately; `well_since`: since when nothing is wrong, null while something is."""

LEADER = Table(
    "leader",
    METADATA,
    Column("data", Identifier(32), primary_key=True),
    Column("provider", Identifier(), nullable=True),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", String(500), nullable=False),
)
"""Who leads for each kind of data; null if nobody is to be trusted."""

LEADER_CHANGE = Table(
    "leader_change",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("data", String(32), nullable=False),
    Column("before", Identifier(), nullable=True),
    Column("after", Identifier(), nullable=True),
    Column("reason", String(500), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("leader_change_by_age", "changed_at"),
)
"""Each change of a leader, with its reason."""

MATCH_DECISION = Table(
    "match_decision",
    METADATA,
    Column("first_provider", Identifier(), primary_key=True),
    Column("first_id", Identifier(), primary_key=True),
    Column("second_provider", Identifier(), primary_key=True),
    Column("second_id", Identifier(), primary_key=True),
    Column("is_same", Boolean, nullable=False),
    Column("aliases", JSON_LIST, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
)
"""What a person said of two offers: that they are of one event, or of two; and what that teaches of names."""

MATCH_WAITING = Table(
    "match_waiting",
    METADATA,
    Column("own_id", Identifier(16), primary_key=True),
    Column("sport", Identifier(), nullable=False),
    Column("offers", JSON_LIST, nullable=False),
    Column("candidates", JSON_LIST, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Index("match_waiting_by_sport", "sport", "starts_at"),
)
"""Offers that wait for a person, by the first one's id: of which event are they, with what confidence?"""
