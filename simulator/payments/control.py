"""What tests and operators ask of a simulated processor: faults, deeds of others, and what it believes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.payments.books import Books, shown
from simulator.payments.disputes import close_dispute, open_dispute
from simulator.payments.faults import NAMES
from simulator.payments.payouts import fail_payout, pay_payout
from simulator.payments.refunds import fail_refund, succeed_refund
from simulator.payments.refusal import Refused
from simulator.payments.store import Object
from simulator.payments.webhooks import SECRETS, EventSender

BELIEVED: Final = {
    "sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "payouts": "payout",
    "disputes": "dispute",
}
_DONE: Final = 204


def believed(books: Books) -> dict[str, Any]:
    """Return all that the processor believes, the oldest first, and its true balance by currency."""
    state: dict[str, Any] = {
        name: [shown(known) for known in books.store.newest(kind)][::-1] for name, kind in BELIEVED.items()
    }
    balance: dict[str, int] = {}
    for line in books.store.newest("balance_transaction"):
        if line.get("_spoiled") != "unknown":
            moved = line.get("_true", line["amount"]) - line["fee"]
            balance[line["currency"]] = balance.get(line["currency"], 0) + moved
    return {**state, "balance": balance}


def replay(books: Books) -> int:
    """Send all events again, the oldest first; return how many there are."""
    events = [event["id"] for event in books.store.newest("event")][::-1]
    for event in events:
        books.store.deliver(event)
    return len(events)


def act_on(books: Books, what: str, name: str, deed: str, reason: str = "") -> Object:
    """Let somebody decide about a refund, payout or dispute.

    Raises:
        Refused: That cannot be.
    """
    match what, deed:
        case "disputes", "won" | "lost":
            return close_dispute(books, name, "won" if deed == "won" else "lost")
        case "refunds", "succeeded":
            succeed_refund(books, known := books.get("refund", name))
        case "refunds", "failed":
            fail_refund(books, known := books.get("refund", name), reason)
        case "payouts", "paid":
            pay_payout(books, known := books.get("payout", name))
        case "payouts", "failed":
            fail_payout(books, known := books.get("payout", name), reason)
        case _:
            raise Refused(f"Nobody decides so: {what} {deed}.", status=404)
    return known


@dataclass(frozen=True, slots=True)
class Controls:
    """Answers the control requests."""

    books: Books
    sender: EventSender

    async def arm(self, request: Request) -> Response:
        """Arm a fault."""
        name, query = request.path_params["name"], request.query_params
        if name not in NAMES:
            return JSONResponse({"message": f"there are {', '.join(NAMES)}"}, 404)
        amount = float(query.get("amount", "1"))
        self.books.faults.arm(name, amount, on=query.get("on", ""), method=query.get("method", ""))
        return Response(status_code=_DONE)

    async def clear(self, _: Request) -> Response:
        """Disarm all faults."""
        self.books.faults.clear()
        return Response(status_code=_DONE)

    async def dispute(self, request: Request) -> Response:
        """Open a dispute."""
        query = request.query_params
        charge, reason = query.get("charge", ""), query.get("reason", "fraudulent")
        return self._done(lambda: shown(open_dispute(self.books, charge, reason)))

    async def decide(self, request: Request) -> Response:
        """Decide about a refund, payout or dispute."""
        path, reason = request.path_params, request.query_params.get("reason", "")
        return self._done(lambda: shown(act_on(self.books, path["what"], path["name"], path["deed"], reason)))

    async def rotate(self, request: Request) -> Response:
        """Replace the secrets of webhooks."""
        secrets = await request.json()
        if not (isinstance(secrets, list) and secrets and all(isinstance(secret, str) for secret in secrets)):
            return JSONResponse({"message": "a list of texts is expected"}, 400)
        return self._done(lambda: self.books.store.set(SECRETS, secrets))

    async def replay(self, _: Request) -> Response:
        """Send all events again."""
        return self._done(lambda: {"events": replay(self.books)})

    async def state(self, _: Request) -> Response:
        """Return what the processor believes."""
        answers = {str(status): times for status, times in self.sender.answers.items()}
        waiting = len(self.books.store.deliveries())
        webhooks = {"waiting": waiting, "given_up": self.sender.given_up, "answers": answers}
        return JSONResponse({**believed(self.books), "webhooks": webhooks})

    def _done(self, deed: Callable[[], Any]) -> Response:
        try:
            with self.books.store.transaction():
                return JSONResponse(deed())
        except Refused as refused:
            return JSONResponse(refused.to_json(), refused.status)


def control_app(books: Books, sender: EventSender) -> Starlette:
    """Return the control requests.

    `POST /faults/NAME?amount=N&on=PATH&method=METHOD` and `DELETE /faults`; `POST /disputes?charge=&reason=`;
    `POST /disputes/ID/won` or `lost`, `/refunds/ID/succeeded` or `failed`, `/payouts/ID/paid` or `failed`;
    `PUT /secrets` with a list; `POST /replay`; `GET /state`.
    """
    controls = Controls(books, sender)
    return Starlette(
        routes=[
            Route("/faults", controls.clear, methods=["DELETE"]),
            Route("/faults/{name}", controls.arm, methods=["POST"]),
            Route("/disputes", controls.dispute, methods=["POST"]),
            Route("/secrets", controls.rotate, methods=["PUT"]),
            Route("/replay", controls.replay, methods=["POST"]),
            Route("/state", controls.state),
            Route("/{what}/{name}/{deed}", controls.decide, methods=["POST"]),
        ]
    )
