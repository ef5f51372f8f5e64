"""What adapters are made of: what they declare, and how they read a provider's responses, strictly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final

import msgspec

from foundation.exact_json import decode
from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.fulfilment.providers.provider import PAID_OUTCOMES, CreditOutcome, CreditResult, Provider
from subgraphs.fulfilment.providers.provider_client import ProviderClient, ProviderResponse


class Authentication(Enum):
    """How a provider knows that requests are ours.

    Attributes:
        BEARER: By the secret as a bearer token.
        HMAC: By an HMAC of the request with the secret; responses are signed in the same way.
        SIGNATURES: By HTTP Message Signatures (docs/gateway/signed-requests.md) with the keys in the secret.
    """

    BEARER = auto()
    HMAC = auto()
    SIGNATURES = auto()


@dataclass(frozen=True, slots=True)
class AdapterDeclaration:
    """The code that speaks the API of some providers.

    Attributes:
        name: Its name in configurations.
        sort: The sort of company that it is for, which says what kinds of reward it has requests for.
        create: Returns a provider that sends its requests by a client.
        authentication: What its secret is for.
    """

    name: str
    sort: Payer
    create: Callable[[ProviderClient], Provider]
    authentication: Authentication = Authentication.BEARER


OK, CREATED, ACCEPTED = 200, 201, 202
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, REFUSED = 401, 403, 404, 409, 422

OUTCOME_OF_BODY: Final[Mapping[str, CreditOutcome]] = {
    "credited": CreditOutcome.CREDITED,
    "used": CreditOutcome.USED,
    "expired": CreditOutcome.EXPIRED,
    "pending": CreditOutcome.PENDING,
    "cancelled": CreditOutcome.CANCELLED,
}
"""By the body's field `status`."""

OUTCOME_OF_STATUS: Final[Mapping[int, CreditOutcome]] = {
    UNAUTHORIZED: CreditOutcome.DENIED,
    FORBIDDEN: CreditOutcome.DENIED,
    NOT_FOUND: CreditOutcome.ABSENT,
    CONFLICT: CreditOutcome.CONFLICT,
    REFUSED: CreditOutcome.REFUSED,
}
"""By the HTTP status alone; after 429, 5xx and any other status the outcome is unknown."""


class CreditBody(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that every provider's body has in common.

    Attributes:
        changed_at: When the credit reached its status.
    """

    status: str
    reference: str | None = None
    credited_at: datetime | None = None
    expires_at: datetime | None = None
    changed_at: datetime | None = None


_CREDIT_BODY: Final = msgspec.json.Decoder(CreditBody)


def parse_result(response: ProviderResponse | None, expected: Mapping[str, Any]) -> CreditResult:
    """Return what a response says about a credit.

    Args:
        response: None if there was none.
        expected: The fields that must come back as we sent them; otherwise something else was credited.
    """
    if response is None:
        return CreditResult(CreditOutcome.UNKNOWN, code="NO_ANSWER")
    status = response.status
    code = str(response.content.get("code", f"HTTP_{status}"))[:64]
    if status in {OK, CREATED, ACCEPTED} or (status, code) == (CONFLICT, "ALREADY_CREDITED"):
        return _parse_body(response.content, expected)
    if (status, code) == (CONFLICT, "CANCELLED"):
        return CreditResult(CreditOutcome.CANCELLED, code=code)
    return CreditResult(OUTCOME_OF_STATUS.get(status, CreditOutcome.UNKNOWN), code=code, wait=response.wait)


def _parse_body(content: Mapping[str, Any], expected: Mapping[str, Any]) -> CreditResult:
    try:
        body = decode(_CREDIT_BODY, msgspec.json.encode(content))
    except msgspec.ValidationError:
        return CreditResult(CreditOutcome.UNKNOWN, code="UNREADABLE")
    outcome = OUTCOME_OF_BODY.get(body.status, CreditOutcome.UNKNOWN)
    different = sorted(name for name, value in expected.items() if content.get(name) != value)
    if different and outcome is not CreditOutcome.UNKNOWN:
        code = f"MISMATCH {' '.join(different)}"[:64]
        return CreditResult(CreditOutcome.MISMATCH, body.reference, code=code)
    if outcome in PAID_OUTCOMES and body.credited_at is None:
        return CreditResult(CreditOutcome.UNKNOWN, code="UNREADABLE")
    return CreditResult(
        outcome,
        body.reference and body.reference[:128],
        _utc(body.credited_at),
        _utc(body.expires_at),
        _utc(body.changed_at),
    )


def _utc(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
