"""The tables of content."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from backoffice.metadata import METADATA
from foundation.storage.columns import JSON_LIST, LONG_TEXT, Blob, Identifier, UtcDateTime

CONTENT_ITEM = Table(
    "content_item",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("config_version", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("newest_revision", Integer, nullable=False),
    Column("open_revision", Integer, nullable=True),
    Column("published_revision", Integer, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""The content of a version of a reward, with the revisions that matter now.

`config_version`: 0 for content that names no version. `version` counts all changes, for the optimistic lock.
`open_revision`: the one that is not published yet."""

CONTENT_REVISION = Table(
    "content_revision",
    METADATA,
    Column("brand_id", Identifier(), primary_key=True),
    Column("reward_id", Identifier(), primary_key=True),
    Column("config_version", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("document", LONG_TEXT, nullable=False),
    Column("content_hash", Identifier(64), nullable=False),
    Column("editors", JSON_LIST, nullable=False),
    Column("rollback_of", Integer, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime, nullable=False),
    Column("edited_by", String(200), nullable=False),
    Column("proposal_id", Identifier(32), nullable=True),
    Column("approved_at", UtcDateTime, nullable=True),
    Column("approved_by", String(200), nullable=True),
    Column("approver", Identifier(254), nullable=True),
    Column("approved_hash", Identifier(64), nullable=True),
    Column("publish_at", UtcDateTime, nullable=True),
    Column("published_at", UtcDateTime, nullable=True),
    Column("published_by", String(200), nullable=True),
    Column("note", String(500), nullable=True),
    Index("content_revision_due", "state", "publish_at"),
)
"""One row for each revision; only a draft's document ever changes.

`editors`: the persons who edited the document, none of whom may approve it. `approver` and
`approved_hash`: who approved which document. `note`: why it was rejected, or why its publication failed."""

CONTENT_IMAGE = Table(
    "content_image",
    METADATA,
    Column("hash", Identifier(64), primary_key=True),
    Column("media_type", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("data", Blob, nullable=False),
    Column("uploaded_by", String(200), nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
)
"""Uploaded images under the SHA-256 of their bytes; rows never change."""
