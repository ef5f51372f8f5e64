"""Serves `Funds` to other processes that sign their requests (`HttpFunds`)."""

from typing import Final

import msgspec
from starlette.responses import Response

from foundation.signatures import KeySource, SharedNonces
from foundation.signatures.asgi import SignedRequests
from subgraphs.kit.funds import Funds, Outcome, Reservation
from subgraphs.kit.money_over_http.http_funds import (
    AUDIENCE,
    PATH,
    Ask,
    Confirm,
    Correct,
    FundsRequest,
    Release,
    Reserve,
    Settle,
    Stands,
)
from subgraphs.kit.signed_endpoint import ALL_BRANDS, JSON, KeyBrands, check_brand, signed_endpoint

_DECODER: Final = msgspec.json.Decoder(FundsRequest)


def funds_app(
    funds: Funds, keys: KeySource, shared: SharedNonces | None = None, brands: KeyBrands = ALL_BRANDS
) -> SignedRequests:
    """Build the application that answers signed requests alone.

    Args:
        funds: Where the money is.
        keys: Returns the keys of those who may move it.
        shared: The nonces that the processes of the application share; None if there is only one process.
        brands: For which brands each key acts.
    """

    async def answer(body: bytes, key: str) -> Response:
        asked = _DECODER.decode(body)
        check_brand(brands, key, _reservation(asked).owner.brand)
        content = msgspec.json.encode(await _answer(funds, asked))
        return Response(content, media_type=JSON)

    return signed_endpoint(AUDIENCE, PATH, answer, keys, shared)


def _reservation(asked: FundsRequest) -> Reservation:
    match asked:
        case Settle(of) | Correct(of):
            return of.reservation
        case _:
            return asked.reservation


async def _answer(funds: Funds, asked: FundsRequest) -> Outcome | Stands:
    match asked:
        case Reserve(reservation):
            return await funds.reserve(reservation)
        case Confirm(reservation):
            return await funds.confirm(reservation)
        case Settle(settlement):
            return await funds.settle(settlement)
        case Release(reservation):
            return await funds.release(reservation)
        case Correct(correction):
            return await funds.correct(correction)
        case Ask(reservation):
            return Stands(await funds.ask(reservation))
