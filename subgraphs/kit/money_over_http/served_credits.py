"""Serves `Credits` to the processes that give them, by signed HTTP.

Its statuses are those of all providers of rewards (docs/fulfilment.md): 404 for an unknown credit, 409 for
one that was withheld or that has the id of another, 422 for one that is refused, 503 for one in doubt.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
from starlette.responses import Response

from foundation.signatures import KeySource, SharedNonces
from foundation.signatures.asgi import SignedRequests
from subgraphs.kit.credits import CreditAnswer, Credits, CreditState
from subgraphs.kit.money_over_http.http_credits import (
    AUDIENCE,
    PATH,
    Ask,
    CreditsRequest,
    Give,
    ReadJournal,
    Standing,
    Withhold,
    WrittenCredit,
)
from subgraphs.kit.signed_endpoint import ALL_BRANDS, JSON, KeyBrands, acts_for, check_brand, signed_endpoint

OK, NOT_FOUND, CONFLICT, REFUSED, UNAVAILABLE = 200, 404, 409, 422, 503
WAIT_SECONDS: Final = 1
_DECODER: Final = msgspec.json.Decoder(CreditsRequest)
_STATUS: Final[Mapping[CreditState, str]] = MappingProxyType(
    {
        CreditState.GIVEN: "credited",
        CreditState.USED: "used",
        CreditState.EXPIRED: "expired",
        CreditState.WITHHELD: "cancelled",
    }
)


def credits_app(
    credits_: Credits, keys: KeySource, shared: SharedNonces | None = None, brands: KeyBrands = ALL_BRANDS
) -> SignedRequests:
    """Build the application that answers signed requests alone.

    Args:
        credits_: Where they are.
        keys: Returns the keys of those who may give credits.
        shared: The nonces that the processes of the application share; None if there is only one process.
        brands: For which brands each key acts.
    """

    async def answer(body: bytes, key: str) -> Response:
        asked: CreditsRequest = _DECODER.decode(body)
        if not isinstance(asked, ReadJournal):
            check_brand(brands, key, asked.credit.brand)
        match asked:
            case Give(written):
                return _credit(written, await credits_.give(written.credit))
            case Ask(written):
                return _credit(written, await credits_.ask(written.credit))
            case Withhold(written):
                return _withheld(written, await credits_.withhold(written.credit))
            case ReadJournal(day, after):
                page = await credits_.journal(day, after)
                if page is None:
                    return _in_doubt()
                entries = [
                    WrittenCredit.of(credit)
                    for credit in page.entries
                    if acts_for(brands, key, credit.owner.brand)
                ]
                return _json(OK, {"entries": entries, "next": page.next})

    return signed_endpoint(AUDIENCE, PATH, answer, keys, shared)


def _withheld(written: WrittenCredit, told: CreditAnswer) -> Response:
    """Return the answer to `Withhold`: a credit that was given is in the way, and is told."""
    if told.state is CreditState.WITHHELD:
        return _json(OK, _fields(written, told))
    if told.state in {CreditState.GIVEN, CreditState.USED, CreditState.EXPIRED}:
        return _json(CONFLICT, _fields(written, told) | {"code": "ALREADY_CREDITED"})
    return _credit(written, told)


def _credit(written: WrittenCredit, told: CreditAnswer) -> Response:
    match told.state:
        case CreditState.GIVEN | CreditState.USED | CreditState.EXPIRED:
            return _json(OK, _fields(written, told))
        case CreditState.UNKNOWN:
            return _json(NOT_FOUND, {"code": "NOT_FOUND"})
        case CreditState.WITHHELD:
            return _json(CONFLICT, {"code": "CANCELLED"})
        case CreditState.REUSED:
            return _json(CONFLICT, {"code": "IDEMPOTENCY_REUSED"})
        case CreditState.REFUSED:
            return _json(REFUSED, {"code": told.why})
        case CreditState.IN_DOUBT:
            return _in_doubt()


def _in_doubt() -> Response:
    return _json(UNAVAILABLE, {"code": "IN_DOUBT"}, {"retry-after": str(WAIT_SECONDS)})


def _fields(written: WrittenCredit, told: CreditAnswer) -> dict[str, Any]:
    standing = Standing(
        status=_STATUS[told.state],
        reference=written.key[:16],
        credited_at=told.given_at,
        expires_at=told.expires_at,
        changed_at=told.ended_at,
    )
    fields: dict[str, Any] = msgspec.to_builtins(standing)
    return written.fields | fields


def _json(status: int, content: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, media_type=JSON)
