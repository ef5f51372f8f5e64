"""Publication of approved content: at once, at a time, and back to an earlier revision; its announcement.

Nodes learn of it by a decision on the global topic for each locale.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.advertising import UPLOADED
from backoffice.audit.audit_log import AuditLog
from backoffice.content import repository
from backoffice.content.known_brands import KnownBrands
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.content.revisions.revision import (
    ContentItem,
    ContentRevision,
    ItemWithRevisions,
    RevisionState,
)
from backoffice.content.workflow.editing import audited, require_clean
from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.content.workflow.locking import locked_item, open_revision, step, with_revisions
from backoffice.errors import Conflict, Invalid, NotFound, Problem
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.versions import next_version
from consumers.messages.global_events.states import ContentState, PublishedText
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.errors import is_unavailable

log = structlog.get_logger(__name__)
FURTHEST: Final = timedelta(days=366)
BATCH_SIZE: Final = 50


class Announcement(Protocol):
    """Tells all nodes what customers see from now on, by a message of the caller's transaction."""

    async def publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: ContentKey,
        before: ContentDocument | None,
        after: ContentDocument,
    ) -> None:
        """Announce a document; `before` is the one that it replaces."""


@dataclass(frozen=True, slots=True)
class ContentPublication:
    """What publishers and the worker do.

    Attributes:
        database: The back office's.
        worker: The actor that scheduled publications are recorded under.
    """

    database: Database
    known: KnownBrands
    audit: AuditLog
    announcement: Announcement
    clock: Clock
    worker: Actor

    async def publish(self, actor: Actor, key: ContentKey, expected_version: int) -> ItemWithRevisions:
        """Publish the approved revision now, whether it is scheduled or not.

        Raises:
            Forbidden: The actor may not publish content of the brand.
            NotFound, Stale: As for editing.
            Conflict: The open revision is not approved.
            Invalid: Lint found errors, which came up since the approval.
        """
        require(actor, Permission.CONTENT_PUBLISH, key.brand)
        async with self._changing(key, expected_version) as (connection, item):
            revision = await open_revision(connection, item)
            return await self._publish(connection, actor, item, revision, "content.publish")

    async def schedule(
        self,
        actor: Actor,
        key: ContentKey,
        expected_version: int,
        local: datetime | str,
        occurrence: Occurrence | None = None,
    ) -> ItemWithRevisions:
        """Schedule the approved revision for a local time of the brand.

        `local` is that time without a zone, such as 2026-03-29T09:00.

        Raises:
            Forbidden, NotFound, Stale, Conflict: As for `publish`.
            Invalid: The time does not exist in the zone, exists twice, is past, or is over a year away.
        """
        require(actor, Permission.CONTENT_PUBLISH, key.brand)
        zone = (await self.known.known(key.brand)).brand.time_zone
        try:
            wall = datetime.fromisoformat(local) if isinstance(local, str) else local
            at = instant_of(wall, zone, occurrence)
        except InvalidLocalTime as error:
            raise Invalid([Problem("at", str(error))]) from error
        except ValueError as error:
            raise Invalid([Problem("at", "write the time as 2026-03-29T09:00")]) from error
        async with self._changing(key, expected_version) as (connection, item):
            now = await self.clock.at(connection)
            if not now < at <= now + FURTHEST:
                raise Invalid([Problem("at", "must be in the future, and at most a year away")])
            revision = await open_revision(connection, item)
            if revision.state is RevisionState.SCHEDULED:
                revision = step(revision, RevisionState.APPROVED)
            scheduled = replace(step(revision, RevisionState.SCHEDULED), publish_at=at, note=None)
            require_approved(scheduled)
            require_clean(await self.known.lint(connection, key, revision.document))
            return await self._store(connection, actor, item, (revision, scheduled), "content.schedule")

    async def unschedule(self, actor: Actor, key: ContentKey, expected_version: int) -> ItemWithRevisions:
        """Take a scheduled revision back to APPROVED.

        Raises:
            Forbidden, NotFound, Stale, Conflict: As for `publish`.
        """
        require(actor, Permission.CONTENT_PUBLISH, key.brand)
        async with self._changing(key, expected_version) as (connection, item):
            revision = await open_revision(connection, item)
            if revision.state is not RevisionState.SCHEDULED:
                raise Conflict(f"Revision {revision.revision} is not scheduled.", state=revision.state.value)
            approved = replace(step(revision, RevisionState.APPROVED), publish_at=None)
            return await self._store(connection, actor, item, (revision, approved), "content.unschedule")

    async def roll_back(
        self, actor: Actor, key: ContentKey, to_revision: int, expected_version: int, reason: str
    ) -> ItemWithRevisions:
        """Publish the document of an earlier published revision again, as a new revision.

        Its first approval still counts, but it has to pass today's lint.

        Raises:
            Forbidden, NotFound, Stale: As for `publish`.
            Conflict: Customers see that revision now, or never saw it.
            Invalid: Lint found errors, or there is no reason.
        """
        require(actor, Permission.CONTENT_PUBLISH, key.brand)
        if not reason.strip():
            raise Invalid([Problem("reason", "Give a reason.")])
        async with self._changing(key, expected_version) as (connection, item):
            earlier = await repository.revision(connection, key, to_revision)
            if earlier is None:
                raise NotFound(f"There is no revision {to_revision} of {key}.")
            if earlier.state is not RevisionState.SUPERSEDED or earlier.published_at is None:
                raise Conflict(
                    f"Revision {to_revision} is {earlier.state.value}: only one that was published and "
                    "superseded can be published again.",
                    state=earlier.state.value,
                )
            now = await self.clock.at(connection)
            again = replace(
                earlier,
                revision=item.newest_revision + 1,
                state=RevisionState.APPROVED,
                rollback_of=earlier.revision,
                created_at=now,
                edited_at=now,
                edited_by=actor.name,
                publish_at=None,
                note=None,
            )
            await repository.add_revision(connection, again)
            counted = replace(item, newest_revision=again.revision)
            return await self._publish(connection, actor, counted, again, "content.rollback", reason=reason)

    async def publish_due(self) -> int:
        """Publish what is due; return how many revisions were published.

        Each is published in a transaction of its own under the lock of its item, so that it is published
        once, however many workers run and whenever one crashes. The database's clock says what is due: that
        of a worker's machine may be wrong.
        """
        async with self.database.read() as connection:
            now = await self.clock.at(connection)
            keys: Sequence[ContentKey] = await repository.due(connection, now, BATCH_SIZE)
        return sum([await self._published(key) for key in keys])

    async def _published(self, key: ContentKey) -> bool:
        """Publish a revision that is due; one with which nobody can go on keeps no other waiting."""
        try:
            return await self._publish_scheduled(key)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.exception("content_stays_unpublished", item=str(key))
            return False

    async def _publish_scheduled(self, key: ContentKey) -> bool:
        async with self.database.write() as connection:
            item = await repository.item(connection, key, locked=True)
            if item is None or item.open_revision is None:
                return False
            revision = await repository.revision(connection, key, item.open_revision)
            if revision is None or revision.state is not RevisionState.SCHEDULED:
                return False
            if revision.publish_at is None or revision.publish_at > await self.clock.at(connection):
                return False
            try:
                await self._publish(connection, self.worker, item, revision, "content.publish")
            except (Invalid, Conflict, NotFound) as refused:  # raised before anything is written
                log.warning("content_not_published", item=str(key), error=str(refused))
                back = step(revision, RevisionState.APPROVED)
                back = replace(back, publish_at=None, note=f"not published when it was due: {refused}")
                await self._store(connection, self.worker, item, (revision, back), "content.refuse")
                return False
        return True

    async def _publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        item: ContentItem,
        revision: ContentRevision,
        action: str,
        *,
        reason: str | None = None,
    ) -> ItemWithRevisions:
        """Publish a revision in the caller's transaction: everything is checked before it writes."""
        now = await self.clock.at(connection)
        published = step(revision, RevisionState.PUBLISHED)
        published = replace(published, published_at=now, published_by=actor.name, note=None)
        if revision.rollback_of is None:
            require_approved(revision)
        require_clean(await self.known.lint(connection, item.key, revision.document))
        before = None
        if item.published_revision is not None:
            before = await repository.revision(connection, item.key, item.published_revision)
        if before is not None:
            await repository.store_revision(connection, step(before, RevisionState.SUPERSEDED))
        replaced = None if before is None else before.document
        await self.announcement.publish(connection, actor, item.key, replaced, revision.document)
        still_open = item.open_revision if item.open_revision != revision.revision else None
        item = replace(item, open_revision=still_open, published_revision=revision.revision)
        return await self._store(connection, actor, item, (before, published), action, reason=reason)

    async def _store(
        self,
        connection: AsyncConnection,
        actor: Actor,
        item: ContentItem,
        change: tuple[ContentRevision | None, ContentRevision],
        action: str,
        *,
        reason: str | None = None,
    ) -> ItemWithRevisions:
        before, after = change
        await repository.store_revision(connection, after)
        now = self.clock.now()
        stored = replace(item, version=next_version(item.version, now), changed_at=now)
        await repository.store_item(connection, stored)
        await self.audit.record(
            connection,
            actor,
            action,
            brand=item.key.brand,
            subject=item.subject,
            before=None if before is None else audited(before),
            after=audited(after),
            reason=reason,
        )
        return await with_revisions(connection, stored, after)

    @asynccontextmanager
    async def _changing(
        self, key: ContentKey, expected_version: int
    ) -> AsyncIterator[tuple[AsyncConnection, ContentItem]]:
        async with self.database.write() as connection:
            yield connection, await locked_item(connection, key, expected_version)


def require_approved(revision: ContentRevision) -> None:
    """Check that another person approved this very document.

    Raises:
        Conflict: Nobody did.
    """
    if not revision.is_approved:
        raise Conflict(
            f"Revision {revision.revision} is {revision.state.value}: somebody else has to approve it first.",
            state=revision.state.value,
        )


@dataclass(frozen=True, slots=True)
class GlobalAnnouncement:
    """Announces in the caller's transaction: a publication is committed together with its messages.

    Attributes:
        images_url: Where customers' browsers find uploaded images, without the hash.
    """

    images_url: str
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)

    async def publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: ContentKey,
        before: ContentDocument | None,
        after: ContentDocument,
    ) -> None:
        """Announce a document; locales that only the previous document had are removed."""
        now = await self.clock.at(connection)
        for state in content_states(key, before, after, self.images_url, now):
            await self.decisions.decide(connection, key.brand, state, by=actor.name, at=now)


def content_states(
    key: ContentKey, before: ContentDocument | None, after: ContentDocument, images_url: str, now: datetime
) -> Iterator[ContentState]:
    """Yield what holds from now on, for each locale of either document."""
    locales = after.texts.keys() | (before.texts.keys() if before else set())
    for locale in sorted(locales):
        editions: tuple[PublishedText, ...] = ()
        if text := after.texts.get(locale):
            edition = with_fields_of(
                PublishedText,
                text,
                publish_at=now,
                position=after.position,
                image_url=image_address(text.image_url, images_url),
                eligible_games=after.eligible_games,
            )
            editions = (edition,)
        yield ContentState(
            reward_id=key.reward_id,
            locale=locale,
            config_version=key.version_or_none,
            editions=editions,
        )


def image_address(image_url: str, images_url: str) -> str | None:
    """Return where a browser finds an image; None if there is none."""
    uploaded = UPLOADED.fullmatch(image_url)
    if uploaded:
        return f"{images_url.rstrip('/')}/{uploaded[1]}"
    return image_url or None
