"""Serves a simulated operator's wallet on the loopback, and beside it what tests and people ask of it."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.seamless.books import UNITS, OperatorBooks
from simulator.seamless.faults import NAMES, OperatorFaults
from simulator.seamless.signing import OPERATORS_PUBLIC, OURS, OperatorKeys
from simulator.seamless.wallet_api import OperatorApi
from simulator.server import listen, serving


@dataclass(frozen=True, slots=True)
class ServedOperator:
    """A running operator's wallet.

    Attributes:
        url: Of its wallet.
        control_url: Where faults are armed and books are shown.
        keys: The folder of `ours.pem`, with which its callers sign, and of `operator-public.pem`.
    """

    api: OperatorApi
    url: str
    control_url: str
    keys: Path

    def wallet(self) -> dict[str, Any]:
        """Return the brand's entry in FURLONG_FUNDS_WALLETS."""
        return {
            "protocol": "hub88",
            "url": self.url,
            "private_key_file": str(self.keys / OURS),
            "public_key_file": str(self.keys / OPERATORS_PUBLIC),
        }


def operator_api(books: OperatorBooks, folder: Path, faults: OperatorFaults | None = None) -> OperatorApi:
    """Return what an operator serves; keys are made in the folder if it has none."""
    return OperatorApi(books, faults or OperatorFaults(), OperatorKeys.of(folder))


@asynccontextmanager
async def serving_operator(folder: Path, *, port: int = 0, control: int = 0) -> AsyncIterator[ServedOperator]:
    """Serve an operator's wallet with its books and keys in a folder; port 0 means any free port.

    Raises:
        OSError: An address is taken, or the folder cannot be written.
    """
    await to_thread(folder.mkdir, parents=True, exist_ok=True)
    with (
        OperatorBooks(folder / "books.sqlite") as books,
        listen("127.0.0.1", port) as listener,
        listen("127.0.0.1", control) as controlled,
    ):
        api = operator_api(books, folder)
        release = api.faults.hanging.release
        async with (
            serving(api.app(), listener, before_stop=release) as url,
            serving(_control_app(api), controlled, before_stop=release) as control_url,
        ):
            yield ServedOperator(api, url, control_url, folder)


def _control_app(api: OperatorApi) -> Starlette:
    """Return what is asked of it: `POST /faults/NAME?times=N`, `GET /books`, and what is about a customer."""

    async def fault(request: Request) -> Response:
        name, times = request.path_params["name"], int(request.query_params.get("times", "1"))
        if name not in NAMES:
            return JSONResponse({"message": f"there are {', '.join(NAMES)}"}, 404)
        api.faults.arm(name, times)
        return Response(status_code=204)

    async def customer(request: Request) -> Response:
        asked, user = request.query_params, request.path_params["user"]
        balance = int(asked.get("balance", "100")) * UNITS
        api.books.open(user, asked.get("currency", "GBP"), balance, asked.get("token", f"token-{user}"))
        return Response(status_code=204)

    async def session(request: Request) -> Response:
        return JSONResponse({"token": api.books.new_session(request.path_params["user"])})

    async def refusal(request: Request) -> Response:
        api.books.refuse(request.path_params["user"], request.query_params.get("status", ""))
        return Response(status_code=204)

    async def books(_: Request) -> Response:
        return JSONResponse({"balances": api.books.balances(), "movements": api.books.movements()})

    return Starlette(
        routes=[
            Route("/faults/{name}", fault, methods=["POST"]),
            Route("/customers/{user}", customer, methods=["POST"]),
            Route("/sessions/{user}", session, methods=["POST"]),
            Route("/refusals/{user}", refusal, methods=["POST"]),
            Route("/books", books),
        ]
    )
