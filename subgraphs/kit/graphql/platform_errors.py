"""Errors of mutations that are not the club's: their codes are the same in all blocks of the platform."""

from enum import StrEnum

import strawberry

from subgraphs.kit.mutations.refusals import Refusal


@strawberry.enum
class PlatformErrorCode(StrEnum):
    """Why a mutation did not do what was asked."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    SUSPENDED = "SUSPENDED"
    PRICE_CHANGED = "PRICE_CHANGED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    LIMIT_REACHED = "LIMIT_REACHED"
    SELF_EXCLUDED = "SELF_EXCLUDED"
    COOLING_OFF = "COOLING_OFF"
    NOT_ALLOWED_HERE = "NOT_ALLOWED_HERE"
    STAKE_TOO_LOW = "STAKE_TOO_LOW"
    STAKE_TOO_HIGH = "STAKE_TOO_HIGH"
    METHOD_UNAVAILABLE = "METHOD_UNAVAILABLE"
    IDEMPOTENCY_REUSED = "IDEMPOTENCY_REUSED"
    WALLET_PENDING = "WALLET_PENDING"
    UNKNOWN_SELECTION = "UNKNOWN_SELECTION"
    DECLINED = "DECLINED"
    UNVERIFIED = "UNVERIFIED"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    PENDING = "PENDING"
    CONFIRMATION_NEEDED = "CONFIRMATION_NEEDED"


@strawberry.federation.type(shareable=True)
class PlatformError:
    """Why a mutation did not do what was asked."""

    code: PlatformErrorCode
    message: str

    @classmethod
    def of(cls, refusal: Refusal | None) -> "list[PlatformError]":
        """Return the `errors` of a payload."""
        return [cls(code=PlatformErrorCode(refusal.code), message=refusal.message)] if refusal else []
