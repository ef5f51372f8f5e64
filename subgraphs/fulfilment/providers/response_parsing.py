"""Provider answers into verdicts: strict, because money hangs on them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from subgraphs.fulfilment.providers.provider import Answer, Verdict
from subgraphs.fulfilment.providers.provider_client import Reply

OK, CREATED, ACCEPTED = 200, 201, 202
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, REFUSED = 401, 403, 404, 409, 422

STATUSES: Final[Mapping[str, Verdict]] = {
    "credited": Verdict.CREDITED,
    "used": Verdict.USED,
    "expired": Verdict.EXPIRED,
    "pending": Verdict.PENDING,
    "cancelled": Verdict.CANCELLED,
}

VERDICTS: Final[Mapping[int, Verdict]] = {
    UNAUTHORIZED: Verdict.DENIED,
    FORBIDDEN: Verdict.DENIED,
    NOT_FOUND: Verdict.ABSENT,
    CONFLICT: Verdict.CONFLICT,
    REFUSED: Verdict.REFUSED,
}
"""By what an answer's status alone says; 429, 5xx and what is not understood leave everything open."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every provider tells of a credit, whatever it calls the rest.

    Attributes:
        changed_at: when it came into the status.
    """

    status: str
    reference: str | None = None
    credited_at: datetime | None = None
    expires_at: datetime | None = None
    changed_at: datetime | None = None


def verdict_of(reply: Reply | None, expected: Mapping[str, Any]) -> Answer:
    """What an answer about a credit means.

    Args:
        reply: None when there was none.
        expected: what must come back as it was asked for; else something else was credited.
    """
    if reply is None:
        return Answer(Verdict.UNKNOWN, code="NO_ANSWER")
    code = str(reply.content.get("code", f"HTTP_{reply.status}"))[:64]
    if reply.status in {OK, CREATED, ACCEPTED} or (reply.status, code) == (CONFLICT, "ALREADY_CREDITED"):
        return _told(reply.content, expected)
    if (reply.status, code) == (CONFLICT, "CANCELLED"):
        return Answer(Verdict.CANCELLED, code=code)
    return Answer(VERDICTS.get(reply.status, Verdict.UNKNOWN), code=code)


def _told(content: Mapping[str, Any], expected: Mapping[str, Any]) -> Answer:
    try:
        told = msgspec.convert(content, Told)
    except msgspec.ValidationError:
        return Answer(Verdict.UNKNOWN, code="UNREADABLE")
    verdict = STATUSES.get(told.status, Verdict.UNKNOWN)
    wrong = sorted(name for name, value in expected.items() if content.get(name) != value)
    if wrong and verdict is not Verdict.UNKNOWN:
        return Answer(Verdict.MISMATCH, told.reference, code=f"MISMATCH {' '.join(wrong)}"[:64])
    if verdict in {Verdict.CREDITED, Verdict.USED, Verdict.EXPIRED} and told.credited_at is None:
        return Answer(Verdict.UNKNOWN, code="UNREADABLE")
    return Answer(
        verdict,
        told.reference and told.reference[:128],
        _utc(told.credited_at),
        _utc(told.expires_at),
        _utc(told.changed_at),
    )


def _utc(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
