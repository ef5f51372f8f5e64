"""The rewards subgraph's tables."""

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, text

from foundation.storage.cells.ownership import cell_table
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime
from foundation.storage.installation import installation_table
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.kit.durable_steps.postponed import postponed_table
from subgraphs.kit.records.global_state import global_state_table
from subgraphs.kit.records.tables import OutboxTables, StreamTables, erasure_table, intent_table

METADATA = MetaData(info={"migrations": Path(__file__).with_name("migrations")})
GLOBAL_STATE = global_state_table(METADATA)
REFERENCE = ReferenceTables.declare(METADATA, GLOBAL_STATE)
STREAM = StreamTables.declare(METADATA)
CELL = cell_table(METADATA)
INSTALLATION = installation_table(METADATA)
ERASURE = erasure_table(METADATA)
INTENT = intent_table(METADATA)
OUTBOX = OutboxTables.declare(METADATA)
POSTPONED = postponed_table(METADATA)

REWARD_CONFIG = Table(
    "reward_config",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("config_version", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("product", String(16), nullable=False),
    Column("value_minor", Integer, nullable=True),
    Column("spins", Integer, nullable=True),
    Column("currency", String(3), nullable=False),
    Column("qualifying_product", String(16), nullable=False),
    Column("target_minor", Integer, nullable=False),
    Column("jurisdictions", JSON_LIST, nullable=False),
    Column("expiry_days", Integer, nullable=False),
    Column("wagering_multiple", Integer, nullable=False),
    Column("effective_from", UtcDateTime, nullable=False),
    Column("effective_to", UtcDateTime, nullable=True),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recalled", Boolean, nullable=False, server_default=text("0")),
    Column("game_group", String(64), nullable=True),
)
"""One row for each version of a reward. Its terms never change.

`game_group`: the group of games in which free spins may be used; null for other kinds, and if none is named.
`status` (active, paused, withdrawn) is that of the latest `occurred_at`; a retired version (a null value
on the topic) is kept as withdrawn. `recalled`: withdrawn for ever for safety or law, even for customers
who chose it."""

REWARD_CONTENT = Table(
    "reward_content",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("locale", Identifier(35), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("publish_at", UtcDateTime, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("summary", Text, nullable=False),
    Column("image_url", String(2000), nullable=True),
    Column("significant_terms", Text, nullable=False),
    Column("terms_url", String(2000), nullable=False),
    Column("eligible_games", JSON_LIST, nullable=False),
    Column("config_version", Integer, nullable=True),
)
"""Display content by version and locale. Customers see the highest revision that is `published` and due.

`config_version`: the version whose terms the text describes. Null stands for the version of the published
    revision
before it in its locale, or for the reward's first version if there is none."""

REWARD_CHOICE = Table(
    "reward_choice",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("reward_id", Identifier(), nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
    Index("reward_choice_by_week", "brand_id", "iso_week", "customer_id"),
    Index("reward_choice_by_reward", "brand_id", "iso_week", "reward_id", "customer_id"),
)
"""The choice that the upstream confirmed last, with its config version pinned; `version` counts from 1."""

BUDGET = Table(
    "reward_budget",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("rewards", Integer, nullable=False),
)
"""How many customers may choose a reward in a week. An empty `iso_week` is for all weeks without a row."""

TAKEN = Table(
    "reward_taken",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("taken", Integer, nullable=False),
)
"""How many choices name a reward for a week, counted in the transactions that write `reward_choice`."""

ALLOTMENT = Table(
    "reward_allotment",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("spent", Boolean, nullable=False),
    Column("shares", JSON_LIST, nullable=False),
)
"""How a budget's week is divided among cells, as the back office decided last; without cells it is empty.

`spent`: whether nothing is left in any cell; `shares`: each cell's, with the partitions of the cell."""

ASKED = Table(
    "reward_asked",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("asked", BigInteger, nullable=False),
)
"""How many requests were refused because the cell's share was used up, and not the whole budget."""

ANNOUNCEMENT = Table(
    "announcement",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("customer_id", Identifier(128), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("due", Boolean, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=True),
    Index("announcement_waiting", "due", "final"),
)
"""The last published message about the reward of a week.

`due`: its qualification is confirmed; `final`: the final reward was published."""
