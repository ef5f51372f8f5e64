"""What an operator asks a provider: the list of games, the address of a game, and a round.

By Hub88's operator API, "Games API". Members of the list that are ours: `tags`, `min_seconds`.
"""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.casino.catalogue import DEMO, LANGUAGES, Game, Slot
from simulator.casino.faults import ANSWER_FAULTS, CasinoFaults
from simulator.casino.odds import stated_hits, stated_rtp
from simulator.casino.records import Session, State
from simulator.casino.rounds import DEMO_BALANCE, Rounds
from simulator.seamless.signing import HEADER
from simulator.server import TruncatedResponse

PREFIX: Final = "/operator/generic/v2/game"
MAX_BODY_BYTES: Final = 64 * 1024
MAX_TEXT_LENGTH: Final = 255
PLATFORMS: Final = ("GPL_DESKTOP", "GPL_MOBILE")
LINES: Final = 1
_OK, _BAD_REQUEST, _FORBIDDEN, _NOT_FOUND, _BROKEN = 200, 400, 403, 404, 500


class _Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, reason: str, status: int = _NOT_FOUND) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(slots=True)
class OperatorApi:
    """Answers an operator's signed requests.

    Attributes:
        operator_id: The operator's number at the provider.
        base: The provider's address, under which games and pictures are.
    """

    rounds: Rounds
    faults: CasinoFaults
    operator_id: int
    base: str = ""

    def routes(self) -> list[Route]:
        """Return the paths of the API."""
        deeds = {"list": self._list, "url": self._url, "round": self._round}
        return [
            Route(f"{PREFIX}/{name}", self._answering(deed), methods=["POST"]) for name, deed in deeds.items()
        ]

    def _answering(self, deed: Callable[[dict[str, Any]], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            fault = self.faults.take(ANSWER_FAULTS, request.url.path)
            if fault == "error":
                return Response("it is broken", _BROKEN)
            try:
                told, status = deed(self._asked(body, request.headers.get(HEADER))), _OK
            except _Refused as refused:
                told, status = {"error": str(refused)}, refused.status
            return await self._faulty(request, fault, json.dumps(told).encode(), status)

        return answer

    async def _faulty(self, request: Request, fault: str | None, content: bytes, status: int) -> Response:
        """Return an answer as a fault has it."""
        match fault:
            case "garbage":
                return Response("<html>it works</html>", media_type="text/html")
            case "answer_lost":
                await self.faults.hanging.hold(request)
                return TruncatedResponse()
            case "answer_late":
                await self.faults.hanging.hold(request, self.faults.late_seconds)
            case _:
                pass
        keys = self.rounds.sender.wallet.keys
        signature = keys.sign(content, wrongly=fault == "answer_wrong_signature")
        headers = {} if fault == "answer_unsigned" else {HEADER: signature}
        return Response(content, status, headers, media_type="application/json")

    def _asked(self, body: bytes, signature: str | None) -> dict[str, Any]:
        if len(body) > MAX_BODY_BYTES:
            raise _Refused("too long", _BAD_REQUEST)
        if not self.rounds.sender.wallet.keys.verifies(body, signature):
            raise _Refused("invalid signature", _FORBIDDEN)
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            raise _Refused("no JSON", _BAD_REQUEST) from None
        if not isinstance(asked, dict):
            raise _Refused("no object", _BAD_REQUEST)
        if asked.get("operator_id") != self.operator_id:
            raise _Refused("unknown operator_id", _FORBIDDEN)
        return asked

    def _list(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        del asked
        return [self._listed(game) for game in self.rounds.provider.games]

    def _listed(self, game: Game) -> dict[str, Any]:
        is_slot, picture = isinstance(game, Slot), f"{self.base}/pictures/{game.code}.svg"
        return {
            "game_code": game.code,
            "name": game.name,
            "product": self.rounds.provider.title,
            "supplier_identifier": {"game_id": game.code, "game_code": game.code, "game_code_mobile": None},
            "category": "Video Slots" if is_slot else "Dice",
            "platforms": list(PLATFORMS),
            "enabled": self.rounds.store.is_on(self.rounds.provider.name, game.code),
            "freebet_support": is_slot,
            "demo_game_support": True,
            "blocked_countries": [],
            "certifications": list(game.certificates),
            "languages": list(LANGUAGES),
            "release_date": game.released,
            "rtp": stated_rtp(game),
            "hit_ratio": stated_hits(game),
            "volatility": game.volatility,
            "paylines": LINES if is_slot else None,
            "technology": ["HTML5"],
            "theme": None,
            "features": _features(game),
            "url_thumb": picture,
            "url_background": picture,
            "tags": list(game.tags),
            "min_seconds": {
                country: pace.seconds
                for country, pace in self.rounds.catalogue.pace["slot" if is_slot else "dice"].items()
            },
        }

    def _url(self, asked: dict[str, Any]) -> dict[str, str]:
        code, currency, platform = (_text(asked, name) for name in ("game_code", "currency", "platform"))
        game = self.rounds.provider.game(code)
        if game is None or not self.rounds.store.is_on(self.rounds.provider.name, code):
            raise _Refused("unknown game_code")
        if platform not in PLATFORMS:
            raise _Refused("unknown platform", _BAD_REQUEST)
        country = _text(asked, "country", "")
        if country and country not in {place[:2] for place in game.certificates}:
            raise _Refused("the game is not certified in the country")
        is_demo = currency == DEMO
        if not is_demo and currency not in self.rounds.catalogue.currencies:
            raise _Refused("unknown currency")
        lang = _text(asked, "lang", "en")[:2].lower()
        session = Session(
            id=secrets.token_urlsafe(24),
            provider=self.rounds.provider.name,
            game=code,
            user="" if is_demo else _text(asked, "user"),
            token="" if is_demo else _text(asked, "token"),
            currency=currency,
            lang=lang if lang in LANGUAGES else "en",
            country=country,
            partner=_text(asked, "sub_partner_id", ""),
            lobby=_web_address(_text(asked, "lobby_url", "")),
            opened=self.rounds.clock.now().timestamp(),
            balance=DEMO_BALANCE if is_demo else 0,
        )
        with self.rounds.store.transaction():
            self.rounds.store.add_session(session)
        return {"url": f"{self.base}/play/{session.id}"}

    def _round(self, asked: dict[str, Any]) -> dict[str, Any]:
        user, id_ = (_text(asked, name) for name in ("user", "round"))
        named = self.rounds.store.round(id_)
        if named is None or named.user != user or named.provider != self.rounds.provider.name:
            raise _Refused("unknown round")
        told: dict[str, Any] = {"url": f"{self.base}/rounds/{named.id}", "state": named.state.value}
        if named.state is State.OPEN:
            told["collected_at"] = datetime.fromtimestamp(named.due, UTC).isoformat()
        return told


def _features(game: Game) -> list[str]:
    if isinstance(game, Slot):
        return ["Free rounds"]
    return ["Double up"] if game.doubles else []


def _text(asked: dict[str, Any], name: str, default: str | None = None) -> str:
    value = asked.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH or (default is None and not value):
        raise _Refused(f"invalid {name}", _BAD_REQUEST)
    return value


def _web_address(url: str) -> str:
    """Return an address if a link may lead there; else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""
