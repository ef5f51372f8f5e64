"""The tables of figures: absolute numbers of each week, replaced whenever the week is counted again."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table

from backoffice.metadata import METADATA
from foundation.storage.cells.cell import MAX_NAME
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime

RISK_WEEK = Table(
    "risk_week",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("seen", Integer, nullable=True),
    Column("opted_in", Integer, nullable=False),
    Column("qualified", Integer, nullable=False),
    Column("chose", Integer, nullable=False),
    Column("credited", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("in_doubt", Integer, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
)
"""One row for each brand's week.

`closed`: for all territories, with all qualifications confirmed. `finished`: nothing of it can change, so it
is not counted again. `seen`: null if nobody was recorded as having seen the tracker. `in_doubt`: changes of
choice without an answer. `as_of`: product time of the count, `seconds`: how long it took."""

RISK_MONEY = Table(
    "risk_money",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("customers", Integer, nullable=False),
    Column("counted_bets", BigInteger, nullable=False),
    Column("turnover_minor", BigInteger, nullable=False),
    Column("member_turnover_minor", BigInteger, nullable=False),
)
"""The counted bets of a week's customers, by the currency of their accounts."""

RISK_REWARD = Table(
    "risk_reward",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("config_version", Integer, primary_key=True, autoincrement=False),
    Column("currency", Identifier(3), primary_key=True),
    Column("stage", Identifier(16), primary_key=True),
    Column("source", Identifier(16), primary_key=True),
    Column("kind", String(16), nullable=True),
    Column("customers", Integer, nullable=False),
    Column("value_minor", BigInteger, nullable=False),
    Column("spins", BigInteger, nullable=False),
    Column("unvalued", Integer, nullable=False),
    Index("risk_reward_stage", "brand_id", "stage", "iso_week"),
)
"""The rewards of a week by stage. `source`: `set` if the customer's reward is known, `default` if it is the
one of customers who have chosen nothing, `none` (an empty `reward_id`) if no reward can be paid."""

RISK_CURVE = Table(
    "risk_curve",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("currency", Identifier(3), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("rewards", Integer, nullable=False),
    Column("value_minor", BigInteger, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)
"""How many rewards were expected at the end of each hour of a week, and their value: what forecasts compare
with. The last count of an hour stays; hour 999 is the last count after the week's end."""

RISK_CELL = Table(
    "risk_cell",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("iso_week", Identifier(8), primary_key=True),
    Column("cell", Identifier(MAX_NAME), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("message", JSON_LIST, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)
"""What each cell has counted of a week: its newest message. Without cells the table is empty."""
