"""The states of a revision, and the steps between them.

    DRAFT ──submit──▶ IN_REVIEW ──approve──▶ APPROVED ──publish──▶ PUBLISHED ──▶ SUPERSEDED
                          │                   │    ▲                   ▲
                          │ reject            │    │ unschedule        │ due
                          ▼                   ▼    │                   │
                      REJECTED               SCHEDULED ────────────────┘

A draft may be changed; every other revision is immutable. Editing content that is in review, approved or
scheduled makes that revision WITHDRAWN, and begins another draft.
"""

from enum import Enum
from typing import Final


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
