"""The table of boards: the revisions of each entry."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from backoffice.metadata import METADATA
from foundation.storage.columns import JSON_LIST, Identifier, UtcDateTime

BOARD_REVISION: Final = Table(
    "board_revision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("scope", Identifier(16), primary_key=True),
    Column("entry_id", Identifier(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False),
    Column("starts_at", UtcDateTime, nullable=True),
    Column("placements", JSON_LIST, nullable=False),
    Column("reason", String(500), nullable=True),
    Column("proposed_by", String(200), nullable=False),
    Column("approved_by", String(200), nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""What was decided about an entry of a brand's board, one row for each revision, from 1. Append only.

`name`, `starts_at`: how its providers told it then. `placements`: empty if the entry was removed.
`approved_by` is null for what was found on the topic. What holds now is the decision of kind `board`."""
