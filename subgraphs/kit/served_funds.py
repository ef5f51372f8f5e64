"""Serves `Funds` to other processes that sign their requests (`HttpFunds`)."""

from typing import Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from foundation.signatures import KeySource, SharedNonces, SignatureVerifier
from foundation.signatures.asgi import SignedRequests
from subgraphs.kit.funds import Funds, Outcome
from subgraphs.kit.http_funds import (
    AUDIENCE,
    JSON,
    MAX_BYTES,
    PATH,
    Ask,
    FundsRequest,
    Release,
    Reserve,
    Settle,
    Stands,
)

T = TypeVar("T")
BAD_REQUEST: Final = 400
_DECODER: Final = msgspec.json.Decoder(FundsRequest)


def funds_app(funds: Funds, keys: KeySource, shared: SharedNonces | None = None) -> SignedRequests:
    """Build the application that answers signed requests alone.

    Args:
        funds: Where the money is.
        keys: Returns the keys of those who may move it.
        shared: The nonces that the processes of the application share; None if there is only one process.
    """

    async def answer(request: Request) -> Response:
        try:
            asked = _DECODER.decode(await request.body())
            content = msgspec.json.encode(await _answer(funds, asked))
        except ValueError as error:
            problem = msgspec.json.encode({"title": f"The request is wrong: {error}."})
            return Response(problem, BAD_REQUEST, media_type="application/problem+json")
        return Response(content, media_type=JSON, headers={"cache-control": "no-store"})

    app = Starlette(routes=[Route(PATH, answer, methods=["POST"])])
    return SignedRequests(
        app, verifier=SignatureVerifier(AUDIENCE, keys), body_bytes=MAX_BYTES, shared=shared
    )


async def _answer(funds: Funds, asked: FundsRequest) -> Outcome | Stands:
    match asked:
        case Reserve(reservation):
            return await funds.reserve(reservation)
        case Settle(settlement):
            return await funds.settle(settlement)
        case Release(reservation):
            return await funds.release(reservation)
        case Ask(reservation):
            return Stands(await funds.ask(reservation))
