"""Imports of published content from files: each becomes a revision, so that the history is complete."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.audit.audit_log import AuditLog
from backoffice.content import repository
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.content.revisions.revision import ContentItem, ContentRevision, RevisionState
from backoffice.content.workflow.editing import audited
from backoffice.content.workflow.locking import step
from backoffice.versions import next_version
from foundation.storage.clock import SystemClock

IMPORTED: Final = "imported by furlong load"


@dataclass(frozen=True, slots=True)
class ContentImport:
    """Records what a file publishes; the caller has linted it, and decides in the same transaction."""

    audit: AuditLog = field(default_factory=lambda: AuditLog(SystemClock()))

    async def published(self, connection: AsyncConnection, key: ContentKey) -> ContentDocument | None:
        """Return the document that customers see, as the back office knows it; locks the item."""
        item = await repository.item(connection, key, locked=True)
        if item is None or item.published_revision is None:
            return None
        revision = await repository.revision(connection, key, item.published_revision)
        return None if revision is None else revision.document

    async def publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: ContentKey,
        document: ContentDocument,
        now: datetime,
    ) -> None:
        """Store a document as the published revision; do nothing if it is already published.

        An open draft stays open; its editor learns at the next save that the item has changed.
        """
        item = await repository.item(connection, key, locked=True)
        if item is None:
            item = ContentItem(key, 0, 0, None, None, now)
            await repository.add_item(connection, item)
        before = None
        if item.published_revision is not None:
            before = await repository.revision(connection, key, item.published_revision)
        if before is not None and before.document == document:
            return
        if before is not None:
            await repository.store_revision(connection, step(before, RevisionState.SUPERSEDED))
        after = _revision(item, actor, document, now)
        await repository.add_revision(connection, after)
        stored = replace(
            item,
            version=next_version(item.version, now),
            newest_revision=after.revision,
            published_revision=after.revision,
            changed_at=now,
        )
        await repository.store_item(connection, stored)
        await self.audit.record(
            connection,
            actor,
            "content.import",
            brand=key.brand,
            subject=item.subject,
            before=None if before is None else audited(before),
            after=audited(after),
            reason=None,
        )


def _revision(item: ContentItem, actor: Actor, document: ContentDocument, now: datetime) -> ContentRevision:
    return ContentRevision(
        key=item.key,
        revision=item.newest_revision + 1,
        state=RevisionState.PUBLISHED,
        document=document,
        content_hash=document.hash,
        editors=frozenset({actor.person}),
        created_at=now,
        edited_at=now,
        edited_by=actor.name,
        published_at=now,
        published_by=actor.name,
        note=IMPORTED,
    )
