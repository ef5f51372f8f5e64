"""Editing content: drafts, their submission, and the approval by another person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.approvals.proposals import Needs, Proposal, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.content import repository
from backoffice.content.known_brands import KnownBrands
from backoffice.content.lint import Finding, errors_of
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.content.revisions.revision import (
    Approval,
    ContentItem,
    ContentRevision,
    ItemWithRevisions,
    RevisionState,
)
from backoffice.content.workflow.locking import (
    locked_item,
    locked_or_new_item,
    open_revision,
    step,
    with_revisions,
)
from backoffice.errors import Conflict, FourEyes, Invalid, Problem
from backoffice.versions import next_version
from foundation.storage.clock import Clock
from foundation.storage.database import Database

REVISION_KIND: Final = "content.revision"
MAX_DOCUMENT_BYTES: Final = 64 * 1024
MAX_LOCALES: Final = 40
MAX_NAME_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class ContentEditing:
    """What editors and approvers do; `ContentPublication` does the rest.

    Attributes:
        database: The back office's.
    """

    database: Database
    known: KnownBrands
    approvals: Approvals
    audit: AuditLog
    clock: Clock

    @property
    def kind(self) -> ProposalKind:
        """Return the kind of proposals to register: approving a revision makes it APPROVED."""
        return ProposalKind(
            REVISION_KIND,
            Needs(Permission.CONTENT_EDIT, Permission.CONTENT_APPROVE, Permission.CONTENT_READ),
            self._approved,
            unchanged=self._unchanged,
            declined=self._rejected,
        )

    async def save(
        self, actor: Actor, key: ContentKey, values: Mapping[str, Any], expected_version: int
    ) -> ItemWithRevisions:
        """Store a draft; a revision that is in review, approved or scheduled is withdrawn by it.

        Args:
            actor: The editor.
            key: What the content belongs to.
            values: The document as JSON values; any field may be missing.
            expected_version: The item's version that the editor saw; 0 for none.

        Raises:
            Forbidden: The actor may not edit content of the brand.
            Invalid: The values are not a document.
            NotFound: There is no such brand.
            Stale: Somebody else has changed the item since; nothing is overwritten.
        """
        require(actor, Permission.CONTENT_EDIT, key.brand)
        document = document_of(key, values)
        await self.known.known(key.brand)
        now = self.clock.now()
        async with self.database.write() as connection:
            item = await locked_or_new_item(connection, key, expected_version, now)
            before = None
            if item.open_revision is not None:
                before = await repository.revision(connection, key, item.open_revision)
            if before is not None and before.state is RevisionState.DRAFT:
                draft = replace(
                    before,
                    document=document,
                    content_hash=document.hash,
                    editors=before.editors | {actor.person},
                    edited_at=now,
                    edited_by=actor.name,
                )
                await repository.store_revision(connection, draft)
            else:
                draft = await self._new_draft(connection, actor, item, before, document)
            stored = replace(
                item,
                version=next_version(item.version, now),
                newest_revision=max(item.newest_revision, draft.revision),
                open_revision=draft.revision,
                changed_at=now,
            )
            await repository.store_item(connection, stored)
            await self._record(connection, actor, "content.save", before, draft)
            return await with_revisions(connection, stored, draft)

    async def submit(
        self, actor: Actor, key: ContentKey, expected_version: int, reason: str
    ) -> ItemWithRevisions:
        """Hand the draft over for review: from here on it is immutable.

        Raises:
            Forbidden, NotFound, Stale: As for `save`.
            Conflict: There is no draft.
            Invalid: Lint found errors, or there is no reason.
        """
        require(actor, Permission.CONTENT_EDIT, key.brand)
        async with self.database.write() as connection:
            item = await locked_item(connection, key, expected_version)
            draft = await open_revision(connection, item)
            submitted = step(draft, RevisionState.IN_REVIEW)
            require_clean(await self.known.lint(connection, key, draft.document))
            proposal_id = await self.approvals.propose(
                connection,
                actor,
                REVISION_KIND,
                brand=key.brand,
                subject=item.subject,
                content=_proposed(draft),
                reason=reason,
            )
            submitted = replace(submitted, proposal_id=proposal_id)
            await repository.store_revision(connection, submitted)
            stored = await self._changed(connection, item)
            await self._record(connection, actor, "content.submit", draft, submitted, reason=reason)
            return await with_revisions(connection, stored, submitted)

    async def withdraw(self, actor: Actor, key: ContentKey, expected_version: int) -> ItemWithRevisions:
        """Withdraw the open revision from publication; its document stays readable.

        Raises:
            Forbidden, NotFound, Stale, Conflict: As for `submit`.
        """
        require(actor, Permission.CONTENT_EDIT, key.brand)
        async with self.database.write() as connection:
            item = await locked_item(connection, key, expected_version)
            before = await open_revision(connection, item)
            after = step(before, RevisionState.WITHDRAWN)
            await repository.store_revision(connection, after)
            stored = await self._changed(connection, replace(item, open_revision=None))
            await self._record(connection, actor, "content.withdraw", before, after)
            return await with_revisions(connection, stored)

    async def _new_draft(
        self,
        connection: AsyncConnection,
        actor: Actor,
        item: ContentItem,
        before: ContentRevision | None,
        document: ContentDocument,
    ) -> ContentRevision:
        """Begin a draft. The editors of the revision that it replaces cannot approve it either."""
        if before is not None:
            await repository.store_revision(connection, step(before, RevisionState.WITHDRAWN))
        now = self.clock.now()
        draft = ContentRevision(
            key=item.key,
            revision=item.newest_revision + 1,
            state=RevisionState.DRAFT,
            document=document,
            content_hash=document.hash,
            editors=(before.editors if before else frozenset()) | {actor.person},
            created_at=now,
            edited_at=now,
            edited_by=actor.name,
        )
        await repository.add_revision(connection, draft)
        return draft

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        revision = await self._proposed_revision(connection, proposal)
        return (
            revision is not None
            and revision.state is RevisionState.IN_REVIEW
            and revision.proposal_id == proposal.proposal_id
            and _proposed(revision) == proposal.content
            and revision.document.hash == revision.content_hash
        )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Execute an approval, unless the approver edited the document or lint finds errors."""
        item, revision = await self._under_review(connection, proposal)
        if await self.approvals.is_one_of(connection, actor, revision.editors):
            raise FourEyes("You have edited this text, or could have: somebody else has to approve it.")
        require_clean(await self.known.lint(connection, revision.key, revision.document))
        approval = Approval(actor.person, actor.name, self.clock.now(), revision.content_hash)
        approved = replace(step(revision, RevisionState.APPROVED), approval=approval)
        await repository.store_revision(connection, approved)
        await self._changed(connection, item)
        await self._record(connection, actor, "content.approve", revision, approved)
        return {"revision": revision.revision, "state": approved.state.value}

    async def _rejected(
        self, connection: AsyncConnection, actor: Actor, proposal: Proposal, reason: str | None
    ) -> None:
        """Record that a proposal was rejected, or withdrawn by the person who made it."""
        if not await self._unchanged(connection, proposal):
            return
        item, revision = await self._under_review(connection, proposal)
        rejected = replace(step(revision, RevisionState.REJECTED), note=reason)
        await repository.store_revision(connection, rejected)
        await self._changed(connection, replace(item, open_revision=None))
        await self._record(connection, actor, "content.reject", revision, rejected, reason=reason)

    async def _under_review(
        self, connection: AsyncConnection, proposal: Proposal
    ) -> tuple[ContentItem, ContentRevision]:
        revision = await self._proposed_revision(connection, proposal)
        item = None if revision is None else await repository.item(connection, revision.key, locked=True)
        if item is None or revision is None or item.open_revision != revision.revision:
            raise Conflict("This revision is no longer in review.")
        return item, revision

    async def _proposed_revision(
        self, connection: AsyncConnection, proposal: Proposal
    ) -> ContentRevision | None:
        content = proposal.content
        if not isinstance(content, Mapping) or content.get("brand") != proposal.brand:
            return None
        key = ContentKey(
            str(content["brand"]), str(content["reward_id"]), int(str(content["config_version"]))
        )
        await repository.item(connection, key, locked=True)
        return await repository.revision(connection, key, int(str(content["revision"])))

    async def _changed(self, connection: AsyncConnection, item: ContentItem) -> ContentItem:
        now = self.clock.now()
        stored = replace(item, version=next_version(item.version, now), changed_at=now)
        await repository.store_item(connection, stored)
        return stored

    async def _record(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        before: ContentRevision | None,
        after: ContentRevision,
        *,
        reason: str | None = None,
    ) -> None:
        await self.audit.record(
            connection,
            actor,
            action,
            brand=after.key.brand,
            subject=f"content:{after.key}",
            before=None if before is None else audited(before),
            after=audited(after),
            reason=reason,
        )


def document_of(key: ContentKey, values: Mapping[str, Any]) -> ContentDocument:
    """Return a document of JSON values.

    Raises:
        Invalid: The values, or the key, are not of that form.
    """
    problems = [
        Problem(path, "must be 1 to 64 characters without spaces and colons")
        for path, name in (("brand", key.brand), ("rewardId", key.reward_id))
        if not 0 < len(name) <= MAX_NAME_LENGTH
        or any(mark in ": \t\n" or not mark.isprintable() for mark in name)
    ]
    if not 0 <= key.config_version < 2**31:
        problems.append(Problem("configVersion", "must be a whole number, 0 or more"))
    if problems:
        raise Invalid(problems)
    try:
        document = ContentDocument.of(values)
        size = len(msgspec.json.encode(document))
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise Invalid([Problem("document", str(error))]) from error
    if size > MAX_DOCUMENT_BYTES:
        raise Invalid([Problem("document", f"is longer than {MAX_DOCUMENT_BYTES} bytes")])
    if len(document.texts) > MAX_LOCALES or any(len(locale) > 35 for locale in document.texts):  # noqa: PLR2004
        raise Invalid([Problem("document.texts", "has too many locales, or a locale that is too long")])
    return document


def require_clean(findings: tuple[Finding, ...]) -> None:
    """Check that lint found no errors.

    Raises:
        Invalid: Lint found errors, each with its path.
    """
    if errors := errors_of(findings):
        raise Invalid([Problem(error.path, error.message) for error in errors])


def audited(revision: ContentRevision) -> Json:
    """Return what the audit log keeps of a revision."""
    return {
        "revision": revision.revision,
        "state": revision.state.value,
        "hash": revision.content_hash,
        "document": revision.document.as_json(),
        "publish_at": revision.publish_at.isoformat() if revision.publish_at else None,
    }


def _proposed(revision: ContentRevision) -> dict[str, Any]:
    """Return what an approval is bound to."""
    return {
        "brand": revision.key.brand,
        "reward_id": revision.key.reward_id,
        "config_version": revision.key.config_version,
        "revision": revision.revision,
        "hash": revision.content_hash,
        "document": revision.document.as_json(),
    }
