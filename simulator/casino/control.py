"""What tests and people ask of simulated providers: faults, free rounds, prizes, games off and on, books."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.casino.catalogue import Slot
from simulator.casino.faults import NAMES, CasinoFaults
from simulator.casino.records import FreeRounds
from simulator.casino.rounds import Rounds

MAX_FREE_ROUNDS: Final = 1_000
_DONE, _BAD_REQUEST, _NOT_FOUND = 204, 400, 404


@dataclass(frozen=True, slots=True)
class Controls:
    """Answers the control requests.

    Attributes:
        rounds: What each provider plays.
        faults: The faults of each provider.
    """

    rounds: Mapping[str, Rounds]
    faults: Mapping[str, CasinoFaults]

    async def arm(self, request: Request) -> Response:
        """Arm a fault."""
        faults, name = self.faults.get(request.path_params["provider"]), request.path_params["name"]
        if faults is None or name not in NAMES:
            return _unknown(f"there are {', '.join(NAMES)} of {', '.join(self.faults)}")
        query = request.query_params
        faults.arm(name, float(query.get("amount", "1")), on=query.get("on", ""))
        return Response(status_code=_DONE)

    async def clear(self, _: Request) -> Response:
        """Disarm all faults."""
        for faults in self.faults.values():
            faults.clear()
        return Response(status_code=_DONE)

    async def give(self, request: Request) -> Response:
        """Give a customer free rounds on a slot."""
        query = request.query_params
        rounds = self.rounds.get(query.get("provider", ""))
        game = None if rounds is None else rounds.provider.game(query.get("game", ""))
        if rounds is None or not isinstance(game, Slot):
            return _unknown("provider and game have to name a slot")
        try:
            currency, count = query.get("currency", "GBP"), int(query["count"])
            stake = rounds.catalogue.units(Decimal(query.get("stake", str(game.stakes[0]))), currency)
            user = query["user"]
        except (KeyError, ValueError, InvalidOperation):
            return _wrong("user, count, and a known currency and stake are needed")
        if not user or not 0 < count <= MAX_FREE_ROUNDS or stake <= 0:
            return _wrong(f"from 1 to {MAX_FREE_ROUNDS} rounds, with a stake, can be given")
        given = FreeRounds(
            id=query.get("id", str(uuid4())),
            provider=rounds.provider.name,
            game=game.code,
            user=user,
            currency=currency,
            stake=stake,
            given=count,
            left=count,
        )
        rounds.give(given)
        return JSONResponse({"reward_uuid": given.id})

    async def award(self, request: Request) -> Response:
        """Give a customer a prize, by the session in which a game was opened last."""
        query = request.query_params
        rounds = self.rounds.get(query.get("provider", ""))
        game, user = query.get("game", ""), query.get("user", "")
        session = None if rounds is None else rounds.store.newest_session(rounds.provider.name, game, user)
        if rounds is None or session is None or session.is_demo:
            return _unknown("nobody of that name has opened a game of that provider")
        try:
            amount = rounds.catalogue.units(Decimal(query["amount"]), session.currency)
        except (KeyError, ValueError, ArithmeticError):
            return _wrong("an amount is needed")
        if amount <= 0:
            return _wrong("a prize is an amount above 0")
        prize = query.get("id", str(uuid4()))
        rounds.award(session, prize, amount)
        return JSONResponse({"promo_reference": prize})

    async def switch(self, request: Request) -> Response:
        """Switch a game on or off."""
        path = request.path_params
        rounds = self.rounds.get(path["provider"])
        if rounds is None or rounds.provider.game(path["game"]) is None or path["deed"] not in {"on", "off"}:
            return _unknown("there is no such game, or deed")
        with rounds.store.transaction():
            rounds.store.switch(path["provider"], path["game"], on=path["deed"] == "on")
        return Response(status_code=_DONE)

    async def state(self, _: Request) -> Response:
        """Return what the providers know, and how often they asked the wallet."""
        store = next(iter(self.rounds.values())).store
        told: dict[str, Any] = {
            "rounds": [asdict(played) for played in store.rounds()],
            "messages": [asdict(message) for message in store.messages()],
            "free_rounds": [asdict(given) for given in store.all_free_rounds()],
            "asked": {name: rounds.sender.wallet.asked for name, rounds in self.rounds.items()},
        }
        return JSONResponse(told)


def control_app(rounds: Mapping[str, Rounds], faults: Mapping[str, CasinoFaults]) -> Starlette:
    """Return the control requests.

    `POST /faults/PROVIDER/NAME?amount=N&on=bet` and `DELETE /faults`;
    `POST /free-rounds?provider=&game=&user=&count=&currency=&stake=&id=`;
    `POST /prizes?provider=&game=&user=&amount=&id=`; `POST /games/PROVIDER/CODE/off` or `on`; `GET /state`.
    """
    controls = Controls(rounds, faults)
    return Starlette(
        routes=[
            Route("/faults", controls.clear, methods=["DELETE"]),
            Route("/faults/{provider}/{name}", controls.arm, methods=["POST"]),
            Route("/free-rounds", controls.give, methods=["POST"]),
            Route("/prizes", controls.award, methods=["POST"]),
            Route("/games/{provider}/{game}/{deed}", controls.switch, methods=["POST"]),
            Route("/state", controls.state),
        ]
    )


def _unknown(message: str) -> Response:
    return JSONResponse({"message": message}, _NOT_FOUND)


def _wrong(message: str) -> Response:
    return JSONResponse({"message": message}, _BAD_REQUEST)
