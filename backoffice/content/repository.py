"""SQL of content: items and revisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from backoffice.content.models import CONTENT_ITEM, CONTENT_REVISION
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.content.revisions.revision import Approval, ContentItem, ContentRevision, RevisionState
from foundation.same_fields import with_fields_of
from subgraphs.kit.domain.keys import ALL_BRANDS


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list; None does not restrict.

    Attributes:
        brands: Of these brands; `*` for all.
        states: Items whose open revision, or newest if none is open, has one of these states.
        after: Only items after this one.
    """

    brands: frozenset[str]
    states: frozenset[RevisionState] | None = None
    reward_id: str | None = None
    after: ContentKey | None = None


async def item(connection: AsyncConnection, key: ContentKey, *, locked: bool = False) -> ContentItem | None:
    """Return an item; None if nobody has written it. Locked until the end of a write transaction."""
    query = select(CONTENT_ITEM).where(_is(CONTENT_ITEM, key))
    row = (await connection.execute(query.with_for_update() if locked else query)).one_or_none()
    return None if row is None else _item(row)


async def items(connection: AsyncConnection, wanted: ItemFilter, limit: int) -> list[ContentItem]:
    """Return items by brand, reward and version."""
    c, r = CONTENT_ITEM.c, CONTENT_REVISION.c
    query = select(CONTENT_ITEM)
    if ALL_BRANDS not in wanted.brands:
        query = query.where(c.brand_id.in_(sorted(wanted.brands)))
    if wanted.reward_id is not None:
        query = query.where(c.reward_id == wanted.reward_id)
    if wanted.after is not None:
        query = query.where(_after(wanted.after))
    if wanted.states is not None:
        current = and_(
            r.brand_id == c.brand_id,
            r.reward_id == c.reward_id,
            r.config_version == c.config_version,
            or_(
                r.revision == c.open_revision,
                and_(c.open_revision.is_(None), r.revision == c.newest_revision),
            ),
        )
        states = [state.value for state in wanted.states]
        query = query.join(CONTENT_REVISION, current).where(r.state.in_(sorted(states)))
    query = query.order_by(c.brand_id, c.reward_id, c.config_version).limit(limit)
    return [_item(row) for row in await connection.execute(query)]


async def add_item(connection: AsyncConnection, added: ContentItem) -> None:
    """Insert an item.

    Raises:
        sqlalchemy.exc.IntegrityError: Another writer was faster.
    """
    await connection.execute(insert(CONTENT_ITEM).values(**_key(added.key), **_item_columns(added)))


async def store_item(connection: AsyncConnection, stored: ContentItem) -> None:
    """Replace an item that the transaction has locked."""
    changed = update(CONTENT_ITEM).where(_is(CONTENT_ITEM, stored.key)).values(**_item_columns(stored))
    await connection.execute(changed)


async def revision(connection: AsyncConnection, key: ContentKey, number: int) -> ContentRevision | None:
    """Return a revision; None if there is none of that number."""
    where = (_is(CONTENT_REVISION, key), CONTENT_REVISION.c.revision == number)
    row = (await connection.execute(select(CONTENT_REVISION).where(*where))).one_or_none()
    return None if row is None else _revision(row)


async def revisions(
    connection: AsyncConnection, key: ContentKey, first: int, before: int | None = None
) -> list[ContentRevision]:
    """Return the revisions of an item, the newest first."""
    c = CONTENT_REVISION.c
    query = select(CONTENT_REVISION).where(_is(CONTENT_REVISION, key))
    if before is not None:
        query = query.where(c.revision < before)
    rows = await connection.execute(query.order_by(c.revision.desc()).limit(first))
    return [_revision(row) for row in rows]


async def revisions_numbered(
    connection: AsyncConnection, wanted: Collection[tuple[ContentKey, int]]
) -> dict[tuple[ContentKey, int], ContentRevision]:
    """Return revisions of several items; one SELECT."""
    c = CONTENT_REVISION.c
    same = [and_(_is(CONTENT_REVISION, key), c.revision == number) for key, number in sorted(set(wanted))]
    if not same:
        return {}
    rows = await connection.execute(select(CONTENT_REVISION).where(or_(*same)))
    found = (_revision(row) for row in rows)
    return {(revision.key, revision.revision): revision for revision in found}


async def due(connection: AsyncConnection, now: datetime, limit: int) -> Sequence[ContentKey]:
    """Return the items whose scheduled revision is due, the longest due first."""
    c = CONTENT_REVISION.c
    rows = await connection.execute(
        select(c.brand_id, c.reward_id, c.config_version)
        .where(c.state == RevisionState.SCHEDULED.value, c.publish_at <= now)
        .order_by(c.publish_at)
        .limit(limit)
    )
    return [ContentKey(*row) for row in rows]


async def add_revision(connection: AsyncConnection, added: ContentRevision) -> None:
    """Insert a revision."""
    await connection.execute(insert(CONTENT_REVISION).values(**_row(added)))


async def store_revision(connection: AsyncConnection, stored: ContentRevision) -> None:
    """Replace a revision whose item the transaction has locked."""
    c = CONTENT_REVISION.c
    row = _row(stored)
    changed = {name: value for name, value in row.items() if not c[name].primary_key}
    where = (_is(CONTENT_REVISION, stored.key), c.revision == stored.revision)
    await connection.execute(update(CONTENT_REVISION).where(*where).values(**changed))


def _is(table: Table, key: ContentKey) -> ColumnElement[bool]:
    c = table.c
    return and_(c.brand_id == key.brand, c.reward_id == key.reward_id, c.config_version == key.config_version)


def _after(key: ContentKey) -> ColumnElement[bool]:
    c = CONTENT_ITEM.c
    return or_(
        c.brand_id > key.brand,
        and_(c.brand_id == key.brand, c.reward_id > key.reward_id),
        and_(c.brand_id == key.brand, c.reward_id == key.reward_id, c.config_version > key.config_version),
    )


def _key(key: ContentKey) -> dict[str, Any]:
    return {"brand_id": key.brand, "reward_id": key.reward_id, "config_version": key.config_version}


def _item_columns(item: ContentItem) -> dict[str, Any]:
    return {
        "version": item.version,
        "newest_revision": item.newest_revision,
        "open_revision": item.open_revision,
        "published_revision": item.published_revision,
        "changed_at": item.changed_at,
    }


def _item(row: Row[Any]) -> ContentItem:
    return with_fields_of(ContentItem, row, key=ContentKey(row.brand_id, row.reward_id, row.config_version))


def _row(stored: ContentRevision) -> dict[str, Any]:
    approval = stored.approval
    return _key(stored.key) | {
        "revision": stored.revision,
        "state": stored.state.value,
        "document": msgspec.json.encode(stored.document, order="sorted").decode(),
        "content_hash": stored.content_hash,
        "editors": sorted(stored.editors),
        "rollback_of": stored.rollback_of,
        "created_at": stored.created_at,
        "edited_at": stored.edited_at,
        "edited_by": stored.edited_by,
        "proposal_id": stored.proposal_id,
        "approved_at": approval and approval.at,
        "approved_by": approval and approval.name,
        "approver": approval and approval.person,
        "approved_hash": approval and approval.content_hash,
        "publish_at": stored.publish_at,
        "published_at": stored.published_at,
        "published_by": stored.published_by,
        "note": stored.note and stored.note[:500],
    }


def _revision(row: Row[Any]) -> ContentRevision:
    approval = None
    if row.approver is not None:
        approval = Approval(row.approver, row.approved_by, row.approved_at, row.approved_hash)
    return with_fields_of(
        ContentRevision,
        row,
        key=ContentKey(row.brand_id, row.reward_id, row.config_version),
        state=RevisionState(row.state),
        document=msgspec.json.decode(row.document, type=ContentDocument),
        editors=frozenset(row.editors),
        approval=approval,
    )
