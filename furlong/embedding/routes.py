"""The pages of frames, and the endpoint where brands' servers request sessions."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import structlog
from prometheus_client import Counter
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from foundation.security_headers import page_headers
from foundation.storage.clock import Clock
from furlong.embedding.refusals import Refused
from furlong.embedding.sessions import Brands, issued_session
from furlong.embedding.settings import EmbedSettings
from furlong.embedding.wallet_sessions import WalletSessions
from subgraphs.kit.auth import is_id
from subgraphs.kit.domain.keys import Owner

log = structlog.get_logger(__name__)
MAX_BYTES: Final = 2_048
PLACE: Final = 'name="furlong-embed" content=""'
"""The placeholder for the brand in the built page."""

CLUB: Final = ""
LOBBY: Final = "lobby"
PAGES: Final[Mapping[str, str]] = {
    CLUB: "embed.html",
    "sports": "embed-sports.html",
    LOBBY: "embed-lobby.html",
}
"""The built page of each frame, by what stands after the brand in its address."""

UNKNOWN_BRAND: Final = (
    "No frame of this brand: add it to FURLONG_EMBED_FILE, or correct the frame's address.\n"
)
NO_STORE: Final = {"cache-control": "no-store"}
Outcome = Literal["issued", "refused"]


class SessionRequest(BaseModel):
    """A request of a brand's server for a session.

    Attributes:
        customer: The customer who is signed in on the brand's site.
        origin: The origin of the page that shows the frame.
        wallet_token: The token of the customer's session at the brand's own wallet; None if it has none.
    """

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    customer: str
    origin: str
    wallet_token: str | None = Field(default=None, alias="walletToken")


def _counter() -> Counter:
    return Counter(
        "furlong_embed_sessions", "Requests for sessions of frames.", ["brand", "outcome"], registry=None
    )


@dataclass(frozen=True, slots=True)
class Embedding:
    """Serves the pages of frames, and their sessions.

    Attributes:
        settings: The settings of frames.
        brands: The brands whose sites show the bet-slip.
        clock: The clock; tokens use its machine time, not the product's.
        pages: The built page of each frame, by what it shows: the club, sports or the lobby.
        wallets: Takes the tokens of sessions at brands' own wallets.
        game_origins: From where the lobby's frame frames games.
        sessions: Counts sessions by brand and outcome.
    """

    settings: EmbedSettings
    brands: Brands
    clock: Clock
    pages: Mapping[str, Path]
    wallets: WalletSessions
    game_origins: Sequence[str] = ()
    sessions: Counter = field(default_factory=_counter)

    @classmethod
    def of(
        cls,
        settings: EmbedSettings,
        clock: Clock,
        built: Path,
        wallets: WalletSessions,
        game_origins: Sequence[str] = (),
    ) -> Embedding:
        """Build it for the pages in a folder; without brands it serves nothing.

        Raises:
            ValueError: The settings are wrong; the message names them.
        """
        pages = {part: built / name for part, name in PAGES.items()}
        return cls(settings, Brands.of(settings), clock, pages, wallets, game_origins)

    @property
    def collectors(self) -> list[Collector]:
        """Metrics for `GET /metrics`; none if no site may show the page."""
        return [self.sessions] if self.brands.by_id else []

    @property
    def routes(self) -> list[Route]:
        """The routes; none if no site may show the page."""
        if not self.brands.by_id:
            return []
        return [
            Route("/embed/sessions", self.post_session, methods=["POST"]),
            Route("/embed/{brand}", self.get_page),
            Route("/embed/{brand}/{part}", self.get_page),
        ]

    async def get_page(self, request: Request) -> Response:
        """Return the page of a brand's frame, which only that brand's sites may show."""
        brand, part = request.path_params["brand"], request.path_params.get("part", CLUB)
        embedding, page = self.brands.by_id.get(brand), self.pages.get(part)
        if embedding is None or page is None or not page.is_file():
            return PlainTextResponse(UNKNOWN_BRAND, 404, NO_STORE)
        known = html.escape(json.dumps({"brand": brand, "origins": embedding.origins}))
        text = page.read_text(encoding="utf-8").replace(PLACE, f'name="furlong-embed" content="{known}"')
        games = self.game_origins if part == LOBBY else ()
        headers = dict(page_headers(frame_policy(embedding.origins, games)))
        return HTMLResponse(text, headers={**headers, "cache-control": "no-cache"})

    async def post_session(self, request: Request) -> Response:
        """Return a session for a customer, to the server of the customer's brand."""
        brand = None
        try:
            brand = self._brand_of(request)
            session_request = await _read(request)
            token = self._issued(brand, session_request)
            if session_request.wallet_token is not None:
                owner = Owner(brand, session_request.customer)
                await self.wallets.note(owner, session_request.wallet_token)
        except Refused as refused:
            self.sessions.labels(brand or "", "refused").inc()
            log.warning("embed_session_refused", brand=brand, code=refused.code)
            body = {"error": {"code": refused.code, "message": refused.message}}
            return JSONResponse(body, refused.status, NO_STORE)
        self.sessions.labels(brand, "issued").inc()
        return JSONResponse({"token": token, "expiresIn": self.settings.seconds}, headers=NO_STORE)

    def _brand_of(self, request: Request) -> str:
        if "origin" in request.headers or "sec-fetch-site" in request.headers:
            raise Refused(
                403, "FROM_A_BROWSER", "A brand's key belongs on its servers: send the request from there."
            )
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        brand = self.brands.of_key(key.strip()) if scheme.lower() == "bearer" else None
        if brand is None or len(request.headers.getlist("authorization")) != 1:
            raise Refused(401, "UNKNOWN_KEY", "Send `Authorization: Bearer KEY` with a key of the brand.")
        return brand

    def _issued(self, brand: str, session_request: SessionRequest) -> str:
        if not self.brands.by_id[brand].has_origin(session_request.origin):
            raise Refused(403, "UNKNOWN_ORIGIN", "The origin is not among those of the brand.")
        if not is_id(session_request.customer):
            problem = "The customer's id has 1 to 64 characters, without spaces and colons."
            raise Refused(422, "INVALID_REQUEST", problem)
        return issued_session(
            self.settings, brand, session_request.customer, session_request.origin, self.clock.machine.now()
        )


async def _read(request: Request) -> SessionRequest:
    """Return the body of a request.

    Raises:
        Refused: The body is too long, or not what was expected.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            raise Refused(413, "REQUEST_TOO_LARGE", f"Send at most {MAX_BYTES} bytes.")
    try:
        return SessionRequest.model_validate_json(bytes(body))
    except ValidationError as error:
        wanted = 'Send {"customer": "…", "origin": "https://…"}, perhaps "walletToken", and nothing else.'
        raise Refused(422, "INVALID_REQUEST", wanted) from error


def frame_policy(origins: Sequence[str], game_origins: Sequence[str] = ()) -> str:
    """Return the `Content-Security-Policy` of a frame's page.

    Args:
        origins: The pages that may show it.
        game_origins: From where it frames games, and shows their pictures; by default it frames nothing.
    """
    pictures = " ".join(("'self'", "data:", *game_origins))
    games = f"frame-src {' '.join(game_origins)}; " if game_origins else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src {pictures}; "
        f"font-src 'self' data:; connect-src 'self'; {games}base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(origins)}"
    )
