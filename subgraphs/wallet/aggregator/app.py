"""Serves Hub88's operator API: only what a provider has signed is read, and what is answered then is signed.

The HTTP status is 200 whatever the answer says, as Hub88 documents it; 413 if a body is too long.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import structlog
from msgspec import json
from prometheus_client import Counter
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from subgraphs.kit.hub88_signatures import HEADER, Signer
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.providers import GameProviders
from subgraphs.wallet.seamless.messages import (
    BALANCE,
    BET,
    MAX_BODY_BYTES,
    ROLLBACK,
    USER_INFO,
    WIN,
    BalanceRequest,
    BetRequest,
    Response,
    RollbackRequest,
    Status,
    UserInfoRequest,
    UserInfoResponse,
    WinRequest,
    WrongMessage,
    read_message,
    request_uuid_of,
)

log = structlog.get_logger("seamless")
Answer: TypeAlias = Response | UserInfoResponse
Answering: TypeAlias = Callable[[bytes], Awaitable[Answer]]
BAD_REQUEST: Final = 400
TOO_LARGE: Final = 413
OK: Final = 200
PATHS: Final = (USER_INFO, BALANCE, BET, WIN, ROLLBACK)


LABELS: Final = ("provider", "path", "status")
"""By what answers are counted; the provider is "" of what nobody has signed."""


def seamless_app(operator: Operator, providers: GameProviders, signer: Signer, answers: Counter) -> Starlette:
    """Build the application.

    Args:
        operator: Answers what was signed.
        providers: Know who has signed it.
        signer: Signs answers with our private key.
        answers: Counts answers by `LABELS`.
    """
    answering = {
        name: _answering(operator.acting_for(name, are_several=providers.are_several))
        for name in providers.by_name
    }

    async def endpoint(request: Request) -> HttpResponse:
        path = request.url.path
        try:
            body = await _body(request)
        except ClientDisconnect:  # nobody hears the answer, and no fault of ours is to be logged
            return HttpResponse(status_code=BAD_REQUEST)
        provider = None if body is None else providers.who(body, request.headers.get(HEADER))
        if body is None:
            answer: Answer = Response(status=Status.WRONG_SYNTAX, request_uuid="")
        elif provider is None:
            answer = Response(status=Status.INVALID_SIGNATURE, request_uuid=request_uuid_of(body))
        else:
            answer = await _answered(answering[provider][path], body, provider)
        answers.labels(provider or "", path, answer.status.value).inc()
        content = json.encode(answer)
        headers = {"cache-control": "no-store"}
        if provider is not None:  # else anybody could have signed by us what they chose
            headers[HEADER] = signer.sign(content)
        status = TOO_LARGE if body is None else OK
        return HttpResponse(content, status, headers, media_type="application/json")

    app = Starlette(routes=[Route(path, endpoint, methods=["POST"]) for path in PATHS])
    app.router.redirect_slashes = False
    return app


def _answering(operator: Operator) -> Mapping[str, Answering]:
    """Return what answers a provider, by path."""
    return {
        USER_INFO: lambda body: operator.user_info(read_message(body, UserInfoRequest)),
        BALANCE: lambda body: operator.balance(read_message(body, BalanceRequest)),
        BET: lambda body: operator.transact(read_message(body, BetRequest)),
        WIN: lambda body: operator.transact(read_message(body, WinRequest)),
        ROLLBACK: lambda body: operator.transact(read_message(body, RollbackRequest)),
    }


async def _answered(answering: Answering, body: bytes, provider: str) -> Answer:
    """Return an answer, also to what no one can read, and to what fails for a reason that the log has."""
    try:
        return await answering(body)
    except WrongMessage as error:
        return Response(status=error.status, request_uuid=request_uuid_of(body))
    except Exception:  # the aggregator rolls back or repeats, as after a lost connection
        log.exception("seamless_request_failed", provider=provider)
        return Response(status=Status.UNKNOWN, request_uuid=request_uuid_of(body))


async def _body(request: Request) -> bytes | None:
    """Return a request's body; None if it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)
