"""An item of content and its revisions, as they are stored, and the states that a revision goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Self

from backoffice.content.revisions.document import ContentDocument, ContentKey


class RevisionState(Enum):
    """The state of a revision, from draft to publication."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


NEXT: Final = {
    RevisionState.DRAFT: {RevisionState.IN_REVIEW, RevisionState.WITHDRAWN},
    RevisionState.IN_REVIEW: {RevisionState.APPROVED, RevisionState.REJECTED, RevisionState.WITHDRAWN},
    RevisionState.APPROVED: {
        RevisionState.SCHEDULED,
        RevisionState.PUBLISHED,
        RevisionState.WITHDRAWN,
    },
    RevisionState.SCHEDULED: {
        RevisionState.APPROVED,
        RevisionState.PUBLISHED,
        RevisionState.WITHDRAWN,
    },
    RevisionState.PUBLISHED: {RevisionState.SUPERSEDED},
    RevisionState.SUPERSEDED: set(),
    RevisionState.REJECTED: set(),
    RevisionState.WITHDRAWN: set(),
}
"""The states that may follow each state."""

OPEN: Final = frozenset(
    {RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.SCHEDULED}
)
"""The states before publication: at most one revision of an item is in one of them."""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """The content of a version of a reward.

    Attributes:
        version: Counts all changes; 0 before the first.
        newest_revision: The number of the last revision; 0 before the first.
        open_revision: The one that is not published yet; None if there is none.
        published_revision: The one that customers see; None before the first publication.
    """

    key: ContentKey
    version: int
    newest_revision: int
    open_revision: int | None
    published_revision: int | None
    changed_at: datetime

    @property
    def subject(self) -> str:
        """Return the item's name in the audit log and in proposals."""
        return f"content:{self.key}"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which document.

    Attributes:
        person: The human being, whichever account was used.
        name: The approver's name as screens show it.
        content_hash: The hash of the document that the person saw.
    """

    person: str
    name: str
    at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class ContentRevision:
    """One revision. Only a draft can be edited; of the others, only the state changes.

    Attributes:
        editors: The people who edited the document.
        rollback_of: The earlier revision whose document this one publishes again.
        publish_at: When it is to be published, if it is scheduled.
        note: Why it was rejected, or why its publication failed.
    """

    key: ContentKey
    revision: int
    state: RevisionState
    document: ContentDocument
    content_hash: str
    editors: frozenset[str]
    created_at: datetime
    edited_at: datetime
    edited_by: str
    rollback_of: int | None = None
    proposal_id: str | None = None
    approval: Approval | None = None
    publish_at: datetime | None = None
    published_at: datetime | None = None
    published_by: str | None = None
    note: str | None = None

    @property
    def is_approved(self) -> bool:
        """Return whether another person approved this very document."""
        approval = self.approval
        return (
            approval is not None
            and approval.person not in self.editors
            and approval.content_hash == self.content_hash == self.document.hash
        )


@dataclass(frozen=True, slots=True)
class ItemWithRevisions(ContentItem):
    """An item with the revisions that matter: the open one and the published one, if there are."""

    open: ContentRevision | None
    published: ContentRevision | None

    @classmethod
    def of(cls, item: ContentItem, revisions: Mapping[int, ContentRevision]) -> Self:
        """Put an item and its revisions together.

        Args:
            item: The item.
            revisions: By their numbers; further ones are left out.
        """
        return cls(
            item.key,
            item.version,
            item.newest_revision,
            item.open_revision,
            item.published_revision,
            item.changed_at,
            None if item.open_revision is None else revisions.get(item.open_revision),
            None if item.published_revision is None else revisions.get(item.published_revision),
        )
