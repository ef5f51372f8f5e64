"""What tests and people ask of a simulated bank: faults, deeds of others, the end of a day, its books."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.bank.books import Books, NotPossible
from simulator.bank.faults import NAMES
from simulator.bank.folders import Folders
from simulator.bank.payees import match_of
from simulator.bank.statements import Movement, MovementKind
from simulator.bank.store import Kept

_DONE: Final = 204


def known(books: Books) -> dict[str, Any]:
    """Return what the bank has in its books: its day, accounts with balances, files, and all movements."""
    today = books.today
    return {
        "day": str(today),
        "accounts": [
            {
                "iban": account.iban,
                "currency": account.currency,
                "opening": account.opening,
                "balance": books.balance(account, today),
            }
            for account in books.store.accounts()
        ],
        "files": books.store.files(),
        "movements": [_movement(kept) for kept in books.store.movements()],
    }


def _movement(kept: Kept) -> dict[str, Any]:
    """Return a movement; one that was never booked has no day."""
    movement = asdict(kept.movement) | {"kind": kept.movement.kind.name.lower()}
    day = None if kept.day is None else str(kept.day)
    return {"on": kept.account, "day": day, "batch": kept.batch, "returns": kept.returns, **movement}


@dataclass(frozen=True, slots=True)
class Controls:
    """Answers the control requests."""

    folders: Folders

    async def arm(self, request: Request) -> Response:
        """Arm a fault."""
        name, query = request.path_params["name"], request.query_params
        if name not in NAMES:
            return JSONResponse({"message": f"there are {', '.join(NAMES)}"}, 404)
        self._books.faults.arm(name, float(query.get("amount", "1")))
        self._books.reason = query.get("reason", self._books.reason)
        return Response(status_code=_DONE)

    async def clear(self, _: Request) -> Response:
        """Disarm all faults."""
        self._books.faults.clear()
        return Response(status_code=_DONE)

    async def open(self, request: Request) -> Response:
        """Open an account."""
        iban, query = request.path_params["iban"], request.query_params
        currency, opening = query.get("currency", "EUR"), int(query.get("opening", "0"))
        return self._booked(lambda: asdict(self._books.open_account(iban, currency, opening)))

    async def credit(self, request: Request) -> Response:
        """Let somebody pay to an account."""
        query = request.query_params
        movement = Movement(
            reference="",
            kind=MovementKind.CREDIT,
            amount=int(query.get("amount", "0")),
            **{name: query.get(name, "").strip() for name in ("part", "holder", "account", "remittance")},
        )
        return self._booked(lambda: {"seq": self._books.credit(query.get("to", ""), movement)})

    async def charge(self, request: Request) -> Response:
        """Take what the bank charges."""
        query = request.query_params
        amount = int(query.get("amount", "0"))
        return self._booked(lambda: {"seq": self._books.charge(query.get("to", ""), amount)})

    async def send_back(self, request: Request) -> Response:
        """Let a payment come back."""
        part, query = request.path_params["part"], request.query_params
        reason, days = query.get("reason", ""), int(query.get("days", "0"))
        return self._booked(lambda: {"seq": self._books.send_back(part, reason, days=days)})

    async def close_day(self, _: Request) -> Response:
        """Let the bank's day be over."""
        return self._answered(lambda: {"files": self.folders.close_day()})

    async def write_again(self, request: Request) -> Response:
        """Write a duplicate of a day's statements."""
        day = date.fromisoformat(request.path_params["day"])
        return self._answered(lambda: {"files": self.folders.write_again(day)})

    async def state(self, _: Request) -> Response:
        """Return what is in the books."""
        return JSONResponse(known(self._books))

    async def payee(self, request: Request) -> Response:
        """Say whose an account is."""
        query = request.query_params
        movements = self._books.store.movements()
        return JSONResponse({"match": match_of(movements, query.get("holder", ""), query.get("account", ""))})

    @property
    def _books(self) -> Books:
        return self.folders.books

    def _booked(self, deed: Callable[[], dict[str, Any]]) -> Response:
        def together() -> dict[str, Any]:
            with self._books.store.transaction():
                return deed()

        return self._answered(together)

    def _answered(self, deed: Callable[[], dict[str, Any]]) -> Response:
        try:
            return JSONResponse({name: _plain(value) for name, value in deed().items()})
        except NotPossible as fault:
            return JSONResponse({"message": str(fault)}, 409)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


async def refuse(_: Request, fault: Exception) -> Response:
    """Answer a request in which a number or a day is none."""
    return JSONResponse({"message": str(fault)}, 400)


def control_app(folders: Folders) -> Starlette:
    """Return the control requests; amounts are in minor units.

    `POST /faults/NAME?amount=N&reason=CODE` and `DELETE /faults`; `POST /accounts/IBAN?currency=&opening=`;
    `POST /credits?to=IBAN&amount=&holder=&account=&remittance=&part=`; `POST /charges?to=IBAN&amount=`;
    `POST /payments/PART/return?reason=CODE&days=N`; `POST /days` ends the day, and writes its statements;
    `POST /days/DAY/again` writes a duplicate of them; `GET /state`;
    `GET /payees?holder=&account=IBAN` says whether an account is a holder's.
    """
    controls = Controls(folders)
    return Starlette(
        routes=[
            Route("/faults", controls.clear, methods=["DELETE"]),
            Route("/faults/{name}", controls.arm, methods=["POST"]),
            Route("/accounts/{iban}", controls.open, methods=["POST"]),
            Route("/credits", controls.credit, methods=["POST"]),
            Route("/charges", controls.charge, methods=["POST"]),
            Route("/payments/{part}/return", controls.send_back, methods=["POST"]),
            Route("/days", controls.close_day, methods=["POST"]),
            Route("/days/{day}/again", controls.write_again, methods=["POST"]),
            Route("/state", controls.state),
            Route("/payees", controls.payee),
        ],
        exception_handlers={ValueError: refuse},
    )
