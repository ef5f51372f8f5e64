"""Optimistic locking of items: a change based on an older version than the current one is refused."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.content import repository
from backoffice.content.revisions.document import ContentKey
from backoffice.content.revisions.revision import (
    NEXT,
    ContentItem,
    ContentRevision,
    ItemWithRevisions,
    RevisionState,
)
from backoffice.errors import Conflict, NotFound, Stale


async def locked_item(connection: AsyncConnection, key: ContentKey, expected_version: int) -> ContentItem:
    """Return an item, locked until the transaction ends.

    Args:
        connection: In a write transaction.
        key: Of the item.
        expected_version: The version that the person saw.

    Raises:
        NotFound: Nobody has written it.
        Stale: Somebody has changed it since; with the current version.
    """
    item = await repository.item(connection, key, locked=True)
    if item is None:
        raise NotFound(f"There is no content {key}.")
    _require_version(item, expected_version)
    return item


async def locked_or_new_item(
    connection: AsyncConnection, key: ContentKey, expected_version: int, now: datetime
) -> ContentItem:
    """Return an item, locked; a new one, of version 0, if nobody has written it.

    Raises:
        Stale: Somebody has changed or begun it since.
    """
    item = await repository.item(connection, key, locked=True)
    if item is None:
        item = ContentItem(key, 0, 0, None, None, now)
        _require_version(item, expected_version)
        try:
            await repository.add_item(connection, item)
        except IntegrityError as exists:
            raise Stale(
                "Somebody else has created this content in the meantime: look at it first."
            ) from exists
        return item
    _require_version(item, expected_version)
    return item


async def open_revision(connection: AsyncConnection, item: ContentItem) -> ContentRevision:
    """Return the open revision.

    Raises:
        Conflict: There is none.
    """
    revision = None
    if item.open_revision is not None:
        revision = await repository.revision(connection, item.key, item.open_revision)
    if revision is None:
        raise Conflict(f"{item.key} has no open revision.")
    return revision


async def with_revisions(
    connection: AsyncConnection, item: ContentItem, *changed: ContentRevision | None
) -> ItemWithRevisions:
    """Return a changed item with its open and published revisions.

    Args:
        connection: In the transaction of the change.
        item: The item, as it was stored.
        changed: Revisions as they were stored; only others are read.
    """
    known = {revision.revision: revision for revision in changed if revision is not None}
    numbers = {item.open_revision, item.published_revision} - {None, *known}
    if numbers:
        wanted = [(item.key, number) for number in numbers if number is not None]
        numbered = await repository.revisions_numbered(connection, wanted)
        known |= {number: revision for (_, number), revision in numbered.items()}
    return ItemWithRevisions.of(item, known)


def step(revision: ContentRevision, state: RevisionState) -> ContentRevision:
    """Return a revision in its next state.

    Raises:
        Conflict: Its present state does not lead there.
    """
    if state not in NEXT[revision.state]:
        raise Conflict(
            f"Revision {revision.revision} is {revision.state.value}, so it cannot become {state.value}.",
            state=revision.state.value,
        )
    return replace(revision, state=state)


def _require_version(item: ContentItem, expected: int) -> None:
    if item.version != expected:
        raise Stale(
            f"{item.key} was changed by somebody else: you saw version {expected}, it is {item.version} now.",
            item.version,
        )
