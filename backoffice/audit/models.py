"""The tables of the audit log."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from backoffice.metadata import METADATA
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", Identifier(64), nullable=False),
    Column("person", Identifier(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("session_id", Identifier(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", Identifier(100), nullable=False),
    Column("brand_id", Identifier(64), nullable=True),
    Column("subject", Identifier(255), nullable=False),
    Column("before", LONG_TEXT, nullable=True),
    Column("after", LONG_TEXT, nullable=True),
    Column("reason", Text, nullable=True),
    Column("previous_hash", Identifier(64), nullable=False),
    Column("hash", Identifier(64), nullable=False),
    Index("audit_log_brand", "brand_id", "sequence"),
    Index("audit_log_subject", "subject", "sequence"),
    Index("audit_log_user", "user_id", "sequence"),
    Index("audit_log_action", "action", "sequence"),
)
"""One row for each change and each access to personal data; rows are only ever inserted.

`sequence` counts from 1 without gaps. `hash` covers the row and `previous_hash`, the hash of the row before.
`before` and `after` are canonical JSON."""

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Identifier(64), nullable=False),
)
"""One row: the last row of the log. Its lock puts writers in one order."""
