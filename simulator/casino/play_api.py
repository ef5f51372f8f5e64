"""What the page of a game asks its provider: how things stand, a game, and what becomes of an open win."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.casino.catalogue import Game, Slot
from simulator.casino.odds import symbols
from simulator.casino.records import Round, Session, State
from simulator.casino.rounds import NotPlayed, Rounds, Turn, Wanted
from simulator.casino.wallet_client import OK, WalletAnswer

MAX_BODY_BYTES: Final = 4096
MAX_STAKE_LENGTH: Final = 16
PROBLEMS: Final = {
    "RS_ERROR_NOT_ENOUGH_MONEY": "funds",
    "RS_ERROR_LIMIT_REACHED": "limit",
    "RS_ERROR_USER_DISABLED": "disabled",
    "RS_ERROR_INVALID_TOKEN": "over",
    "RS_ERROR_TOKEN_EXPIRED": "over",
}
"""What people are told of the wallet's refusals: `problem_…` of the words."""

_BAD_REQUEST, _NOT_FOUND, _WRONG_KIND = 400, 404, 415


@dataclass(frozen=True, slots=True)
class PlayApi:
    """Answers the pages of a provider's games."""

    rounds: Rounds

    def routes(self) -> list[Route]:
        """Return the paths under a page's own."""
        return [
            Route("/play/{session}/state", self._state, methods=["GET"]),
            Route("/play/{session}/games", self._deed(self._play), methods=["POST"]),
            Route("/play/{session}/double", self._deed(self._double), methods=["POST"]),
            Route("/play/{session}/collect", self._deed(self._collect), methods=["POST"]),
        ]

    def session(self, request: Request) -> Session | None:
        """Return the session of a page of this provider."""
        session = self.rounds.store.session(request.path_params["session"])
        return session if session is not None and session.provider == self.rounds.provider.name else None

    async def _state(self, request: Request) -> Response:
        session = self.session(request)
        if session is None:
            return _json({"problem": "over"}, _NOT_FOUND)
        answer = await self.rounds.balance(session)
        newest = self.rounds.store.newest_round(session)
        is_open = newest is not None and newest.state is State.OPEN
        problem = _problem(answer)
        if newest is not None and is_open:
            return _json(self._told(session, Turn(newest, _has(answer)), problem))
        return _json(self._told(session, None, problem, _has(answer)))

    def _deed(
        self, deed: Callable[[Session, dict[str, Any]], Awaitable[Turn]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            session = self.session(request)
            if session is None:
                return _json({"problem": "over"}, _NOT_FOUND)
            if request.headers.get("content-type", "").split(";")[0] != "application/json":
                return _json({"problem": "other"}, _WRONG_KIND)
            asked = _read(await request.body())
            if asked is None:
                return _json({"problem": "other"}, _BAD_REQUEST)
            try:
                turn = await deed(session, asked)
            except NotPlayed as refused:
                told = self._told(session, None, refused.code)
                return _json(told | {"wait": max(told["wait"], refused.seconds)})
            return _json(self._told(session, turn, _problem_of(turn.round)))

        return answer

    async def _play(self, session: Session, asked: dict[str, Any]) -> Turn:
        try:
            stake = Decimal(_text(asked, "stake")[:MAX_STAKE_LENGTH])
        except InvalidOperation:
            raise NotPlayed("stake") from None
        if not stake.is_finite():
            raise NotPlayed("stake")
        return await self.rounds.play(session, Wanted(_text(asked, "key"), stake, _text(asked, "choice")))

    async def _double(self, session: Session, asked: dict[str, Any]) -> Turn:
        times = asked.get("doubled")
        if not isinstance(times, int):
            raise NotPlayed("choice")
        return await self.rounds.double(session, _text(asked, "round"), times)

    async def _collect(self, session: Session, asked: dict[str, Any]) -> Turn:
        return await self.rounds.collect(session, _text(asked, "round"))

    def _told(
        self, session: Session, turn: Turn | None, problem: str | None, balance: int | None = None
    ) -> dict[str, Any]:
        """Return how things stand; a round that was not made is none."""
        rounds = self.rounds
        game = rounds.provider.game(session.game)
        assert game is not None  # noqa: S101 - the catalogue that opened the session has it
        staked, won = rounds.store.totals(session.id)
        free = rounds.free_rounds(session, game)
        shown = turn.round if turn is not None and turn.round.shown else None
        return {
            "balance": balance if turn is None else turn.balance,
            "problem": problem,
            "wait": rounds.seconds_to_wait(session, game),
            "net": won - staked,
            "seconds": max(0, int(rounds.clock.now().timestamp() - session.opened)),
            "free": None if free is None else {"left": free.left, "stake": free.stake},
            "round": None if shown is None else self._round(game, shown),
        }

    def _round(self, game: Game, played: Round) -> dict[str, Any]:
        message = self.rounds.store.message_of(played.id)
        return {
            "id": played.id,
            "state": played.state.value,
            "stake": played.stake,
            "win": played.win,
            "free": bool(played.reward),
            "shown": list(symbols(game, played.shown) if isinstance(game, Slot) else played.shown),
            "doubled": played.doubled,
            "can_double": self.rounds.can_double(game, played),
            "paid": message is None or message.status == OK,
        }


def _problem(answer: WalletAnswer | None) -> str | None:
    if answer is None:
        return "away"
    return None if answer.status == OK else PROBLEMS.get(answer.status, "away")


def _problem_of(played: Round) -> str | None:
    match played.state:
        case State.REFUSED:
            return PROBLEMS.get(played.status, "unknown")
        case State.UNDONE:
            return "unknown"
    return None


def _has(answer: WalletAnswer | None) -> int | None:
    return None if answer is None else answer.balance


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name, "")
    return value if isinstance(value, str) else ""


def _read(body: bytes) -> dict[str, Any] | None:
    if len(body) > MAX_BODY_BYTES:
        return None
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return asked if isinstance(asked, dict) else None


def _json(told: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(told, status, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
