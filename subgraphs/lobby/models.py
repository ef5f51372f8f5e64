"""The tables of the lobby: what providers have, how they are, and how often games are played."""

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
REFERENCE = ReferenceTables.declare(METADATA)
GLOBAL_STATE = global_state_table(METADATA)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

GAME = Table(
    "game",
    METADATA,
    Column("own_id", Identifier(16), primary_key=True),
    Column("provider", Identifier(), nullable=False),
    Column("code", Identifier(255), nullable=False),
    Column("name", String(200), nullable=False),
    Column("studio", String(200), nullable=False),
    Column("image_url", String(2000), nullable=True),
    Column("tags", JSON_LIST, nullable=False),
    Column("devices", JSON_LIST, nullable=False),
    Column("jurisdictions", JSON_LIST, nullable=False),
    Column("blocked", JSON_LIST, nullable=False),
    Column("has_demo", Boolean, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("game_by_provider", "provider"),
    Index("game_by_version", "version"),
    Index("game_by_age", "is_gone", "changed_at"),
)
"""A game of a provider. One that its list no longer has is kept, so that it is not new once it comes back.

`jurisdictions`: where the provider says that it is certified. `blocked`: countries in which it may not be
played all the same. `version`: that of the catalogue at which the row last changed."""

PROVIDER = Table(
    "provider",
    METADATA,
    Column("provider", Identifier(), primary_key=True),
    Column("listed_at", UtcDateTime, nullable=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("away_since", UtcDateTime, nullable=True),
    Column("games", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("reason", String(500), nullable=False),
)
"""When each provider was last asked for its games, and when it last answered.

`away_since`: since when its list cannot be used, and `reason` why; null if it can. `left_out`: how many
games of its last list could not be read."""

CATALOGUE = Table(
    "catalogue",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""One row, by whose version readers find what has changed: whoever changes games raises it first."""

LAUNCH_DAY = Table(
    "launch_day",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("game_id", Identifier(16), primary_key=True),
    Column("launches", Integer, nullable=False),
    Index("launch_day_by_age", "day"),
)
"""How often a game was launched for money on a day in UTC; nothing says by whom."""
