"""Errors of the club's mutations, and their codes."""

from enum import StrEnum
from typing import Final

import strawberry

from subgraphs.kit.mutations.refusals import Refusal

PAYLOAD_DESCRIPTION = (
    "`club` is the state after the mutation; `errors` is empty on success. Without a session `club` is null "
    "and `errors` holds UNAUTHENTICATED. While the upstream has not confirmed, `pending` is true, the last "
    "confirmed state stands, and `errors` holds UPSTREAM_PENDING."
)

UPSTREAM_COST: Final = 10
"""What a change that the upstream API must confirm costs of a request's points."""


@strawberry.enum
class ErrorCode(StrEnum):
    """Why a mutation did not do what was asked."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    CLUB_PAUSED = "CLUB_PAUSED"
    TERMS_OUTDATED = "TERMS_OUTDATED"
    WEEK_CLOSED = "WEEK_CLOSED"
    ALREADY_OPTED_IN = "ALREADY_OPTED_IN"
    NOT_MEMBER = "NOT_MEMBER"
    INELIGIBLE = "INELIGIBLE"
    CHOICE_LOCKED = "CHOICE_LOCKED"
    OPTION_WITHDRAWN = "OPTION_WITHDRAWN"
    OPTION_NOT_ALLOWED = "OPTION_NOT_ALLOWED"
    BUDGET_SPENT = "BUDGET_SPENT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    UPSTREAM_PENDING = "UPSTREAM_PENDING"
    UPSTREAM_REFUSED = "UPSTREAM_REFUSED"
    IDEMPOTENCY_REUSED = "IDEMPOTENCY_REUSED"


@strawberry.federation.type(shareable=True)
class ClubError:
    """Why a mutation did not do what was asked."""

    code: ErrorCode
    message: str

    @classmethod
    def of(cls, refusal: Refusal | None) -> "list[ClubError]":
        """Return the `errors` of a payload."""
        return [cls(code=ErrorCode(refusal.code), message=refusal.message)] if refusal else []
