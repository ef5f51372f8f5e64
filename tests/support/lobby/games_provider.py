"""A provider of games by Hub88's operator API on a real port, as well or badly behaved as a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from furlong.serve.http_server import listen, serving
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier

PREFIX: Final = "/operator/generic/v2/game"
OPERATOR: Final = 7
SILENT_SECONDS: Final = 60.0


@cache
def keys() -> Path:
    """Return a folder with the keys `ours` and `theirs`, made once: that takes long."""
    folder = Path(mkdtemp(prefix="furlong-lobby-"))
    for name in ("ours", "theirs"):
        key = generate_private_key(65_537, 2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


def listed(code: str, **members: Any) -> dict[str, Any]:
    """Return a game as a list has it, certified in Great Britain."""
    return {
        "game_code": code,
        "name": code.replace("_", " ").title(),
        "product": "Acorn Games",
        "category": "Video Slots",
        "platforms": ["GPL_DESKTOP", "GPL_MOBILE"],
        "enabled": True,
        "demo_game_support": True,
        "blocked_countries": [],
        "certifications": ["GB"],
        "tags": [],
        "url_thumb": f"https://games.example/{code}.png",
    } | members


@dataclass
class GamesProvider:
    """What the provider has and does.

    Attributes:
        games: Its list; texts stand for what is sent as it is.
        url: The address of a game; `{base}` stands for the provider's own.
        fault: What it does instead: `silent`, `redirect`, `unsigned`, `forged`, or a status of HTTP.
        asked: The body of each request for an address.
    """

    base: str = ""
    games: Sequence[Mapping[str, Any]] | str = ()
    url: str = "{base}/play/1"
    fault: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    lists: int = 0
    answers: dict[str, Any] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route(f"{PREFIX}/list", self._list, methods=["POST"]),
                Route(f"{PREFIX}/url", self._url, methods=["POST"]),
                Route("/elsewhere", self._url, methods=["GET", "POST"]),
            ]
        )

    async def _list(self, request: Request) -> Response:
        self.lists += 1
        await self._verified(request)
        content = self.games if isinstance(self.games, str) else json.dumps(list(self.games))
        return await self._answer(content)

    async def _url(self, request: Request) -> Response:
        self.asked.append(await self._verified(request))
        return await self._answer(json.dumps({"url": self.url.format(base=self.base)} | self.answers))

    async def _verified(self, request: Request) -> dict[str, Any]:
        body = await request.body()
        verifier = Verifier([keys() / "ours.pub"])
        assert verifier.verifies(body, request.headers.get(HEADER)), "the operator signs what it asks"
        asked: dict[str, Any] = json.loads(body)
        assert asked["operator_id"] == OPERATOR
        return asked

    async def _answer(self, text: str) -> Response:
        content = text.encode()
        match self.fault:
            case "silent":
                await asyncio.sleep(SILENT_SECONDS)
            case "redirect":
                return RedirectResponse(f"{self.base}/elsewhere")
            case "unsigned":
                return Response(content, media_type="application/json")
            case "forged":
                signature = Signer(keys() / "ours.pem").sign(content)
                return Response(content, headers={HEADER: signature}, media_type="application/json")
            case _:
                pass
        status = int(self.fault) if self.fault.isdigit() else 200
        signature = Signer(keys() / "theirs.pem").sign(content)
        return Response(content, status, {HEADER: signature}, media_type="application/json")


@asynccontextmanager
async def games_provider(*games: Mapping[str, Any]) -> AsyncIterator[GamesProvider]:
    """Serve a provider while the block runs."""
    listener = listen("127.0.0.1", 0)
    provider = GamesProvider(f"http://127.0.0.1:{listener.getsockname()[1]}", games)
    async with serving(provider.app(), listener):
        yield provider
