"""The five paths of Hub88's operator API over an operator's books: it checks each signature, and signs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.seamless.books import OK, OperatorBooks, Said
from simulator.seamless.faults import OperatorFaults
from simulator.seamless.signing import HEADER, OperatorKeys
from simulator.server import TruncatedResponse

_BEFORE: Final = {"timeout_before", "error", "refuse"}
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class OperatorApi:
    """What an operator serves.

    Attributes:
        books: What its customers have.
        keys: Its own, and those of whoever asks it.
    """

    books: OperatorBooks
    faults: OperatorFaults
    keys: OperatorKeys

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/user/info", self._info, methods=["POST"]),
                Route(
                    "/user/balance",
                    self._answers(lambda asked: self.books.balance(asked["user"])),
                    methods=["POST"],
                ),
                Route("/transaction/bet", self._answers(self.books.bet), methods=["POST"]),
                Route("/transaction/win", self._answers(self.books.win), methods=["POST"]),
                Route("/transaction/rollback", self._answers(self.books.rollback), methods=["POST"]),
            ]
        )

    def _answers(self, act: Callable[[Mapping[str, Any]], Said]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body, fault = await request.body(), self.faults.take()
            if not self.keys.verifies(body, request.headers.get(HEADER)):
                return self._signed(_body({}, Said("RS_ERROR_INVALID_SIGNATURE")))
            asked = json.loads(body)
            said = Said("RS_ERROR_UNKNOWN") if fault in _BEFORE else act(asked)
            if fault == "duplicate":
                said = act(asked)
            return await self._faulty(request, fault, _body(asked, said))

        return answer

    async def _faulty(self, request: Request, fault: str | None, body: dict[str, Any]) -> Response:
        """Return an answer as a fault has it."""
        if fault in {"timeout_before", "timeout_after"}:
            await self.faults.hanging.hold(request)
            return TruncatedResponse()
        if fault in {"error", "error_after"}:
            return Response("it is broken", 500)
        if fault == "garbage":
            return Response("<html>it works</html>", media_type="text/html")
        if fault == "wrong_signature":
            return self._signed(body, wrongly=True)
        if fault == "unsigned":
            return Response(json.dumps(body), media_type=_JSON)
        if fault == "wrong_echo":
            body |= {"request_uuid": "another"}
        if fault == "slow":
            await self.faults.hanging.hold(request, self.faults.late_seconds)
        return self._signed(body)

    async def _info(self, request: Request) -> Response:
        body = await request.body()
        if not self.keys.verifies(body, request.headers.get(HEADER)):
            return self._signed(_body({}, Said("RS_ERROR_INVALID_SIGNATURE")))
        asked = json.loads(body)
        return self._signed({**_body(asked, Said(OK)), "country": "GB"})

    def _signed(self, body: dict[str, Any], *, wrongly: bool = False) -> Response:
        content = json.dumps(body).encode()
        signature = self.keys.sign(content, wrongly=wrongly)
        return Response(content, media_type=_JSON, headers={HEADER: signature})


def _body(asked: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """Return an answer, with a member that no description has: whoever reads it must not mind."""
    body = {"status": said.status, "request_uuid": asked.get("request_uuid", ""), "is_simulated": True}
    if said.balance is not None:
        body |= {"user": asked.get("user"), "balance": said.balance, "currency": said.currency}
    return body
