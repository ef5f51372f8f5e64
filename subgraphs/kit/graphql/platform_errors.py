"""Errors of mutations that are not the club's: their codes are the same in all blocks of the platform."""

from enum import StrEnum

import strawberry

from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.mutations.refusals import Refusal


@described
@strawberry.enum
class PlatformErrorCode(StrEnum):
    """Why a mutation did not do what was asked: each code has one cause.

    SUSPENDED: Betting on a selection is suspended or over, or all betting is interrupted.
    NOT_ALLOWED_HERE: The rules of where the customer is, or the brand, do not offer this there.
    WRONG_CURRENCY: The customer's account or limit is in another currency.
    NO_ACCOUNT: The customer has no account of money in this currency yet: the first deposit opens it.
    ACCOUNT_SUSPENDED: The customer's account is suspended or closed.
    TOO_MANY_SELECTIONS: A bet has fewer at most.
    RELATED_SELECTIONS: Two selections of a bet are of one event.
    NOT_EACH_WAY: A selection of a bet has no terms for places.
    """

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
    NO_ACCOUNT = "NO_ACCOUNT"
    ACCOUNT_SUSPENDED = "ACCOUNT_SUSPENDED"
    TOO_MANY_SELECTIONS = "TOO_MANY_SELECTIONS"
    RELATED_SELECTIONS = "RELATED_SELECTIONS"
    NOT_EACH_WAY = "NOT_EACH_WAY"


@strawberry.federation.type(shareable=True)
class PlatformError:
    """Why a mutation did not do what was asked."""

    code: PlatformErrorCode
    message: str

    @classmethod
    def of(cls, refusal: Refusal | None) -> "list[PlatformError]":
        """Return the `errors` of a payload."""
        return [cls(code=PlatformErrorCode(refusal.code), message=refusal.message)] if refusal else []
