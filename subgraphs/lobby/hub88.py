"""Asks a provider of games by Hub88's operator API: which games it has, and where one is played.

Whatever it does not say in so many words counts as no answer: silence, another status of HTTP than 200, a
redirect, a wrong signature, an answer that is too long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from foundation.time_limits import answered_within
from subgraphs.kit.certificates import trusted_authorities
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.lobby.configuration import DEMO_CURRENCY, LobbyError, ProviderConfig
from subgraphs.lobby.frame_origins import origin_of

LIST: Final = "/operator/generic/v2/game/list"
URL: Final = "/operator/generic/v2/game/url"
MAX_LIST_BYTES: Final = 32 * 2**20
MAX_ANSWER_BYTES: Final = 16 * 2**10
LIST_SECONDS: Final = 60.0
"""How long a list may take, which nobody waits for."""

MAX_CONNECTIONS: Final = 20
PLATFORMS: Final = {"DESKTOP": "GPL_DESKTOP", "MOBILE": "GPL_MOBILE"}


class NoAnswer(Exception):
    """A provider has not answered in a way that can be relied upon; the message says what it did."""


class Refused(NoAnswer):
    """A provider says that it does not let a game be played; it is there all the same."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A game that is to be played.

    Attributes:
        device: DESKTOP or MOBILE.
        language: Of two letters.
        country: Of two letters.
        user, token, currency: Who plays, and with what money; for play without money there are none.
    """

    brand: str
    game_code: str
    device: str
    language: str
    country: str
    user: str | None = None
    token: str | None = None
    currency: str = DEMO_CURRENCY


class _Address(msgspec.Struct, frozen=True):
    url: str


_ADDRESSES: Final = msgspec.json.Decoder(_Address)


@dataclass(frozen=True, slots=True)
class Hub88Client:
    """A provider.

    Attributes:
        http: With the base URL of the provider; it must not follow redirects.
        signer: Signs requests.
        verifier: Knows the provider's keys; None where answers are not signed.
    """

    config: ProviderConfig
    http: httpx.AsyncClient
    signer: Signer
    verifier: Verifier | None

    @classmethod
    def of(cls, config: ProviderConfig) -> "Hub88Client":
        """Prepare a provider; nothing connects yet.

        Raises:
            LobbyError: A file of keys cannot be used.
        """
        path = config.private_key_file
        try:
            signer = Signer(path)
            path = config.public_key_file or path
            verifier = None if config.public_key_file is None else Verifier([path])
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise LobbyError(f"FURLONG_LOBBY_FILE: {config.name}: {path}: {why}") from error
        http = httpx.AsyncClient(
            base_url=config.url,
            verify=trusted_authorities(),
            timeout=None,  # noqa: S113 - all of a request has a limit
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            headers={"accept": "application/json", "accept-encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )
        return cls(config, http, signer, verifier)

    async def games(self) -> bytes:
        """Return the list of games, as it was sent.

        Raises:
            NoAnswer: There is none that can be relied upon.
        """
        asked = {"operator_id": self.config.operator_id}
        return await self._answer(LIST, asked, MAX_LIST_BYTES, LIST_SECONDS)

    async def address(self, asked: Asked) -> str:
        """Return where a page finds a game, which is where the provider's games are.

        Raises:
            NoAnswer: There is none that can be relied upon.
        """
        members = {
            "operator_id": self.config.operator_id,
            "sub_partner_id": self.config.partner_ids.get(asked.brand),
            "user": asked.user,
            "token": asked.token,
            "platform": PLATFORMS[asked.device],
            "game_code": asked.game_code,
            "currency": asked.currency,
            "lang": asked.language,
            "country": asked.country,
        }
        content = await self._answer(URL, members, MAX_ANSWER_BYTES, self.config.timeout_seconds)
        try:
            url = _ADDRESSES.decode(content).url
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise Refused(_status(content)) from fault
        if origin_of(url) not in self.config.frame_origins:
            raise NoAnswer("the address is not where its games are")
        return url

    async def _answer(self, path: str, asked: Mapping[str, Any], most: int, seconds: float) -> bytes:
        body = msgspec.json.encode({name: value for name, value in asked.items() if value is not None})
        headers = {HEADER: self.signer.sign(body), "content-type": "application/json"}
        content = bytearray()
        try:
            async with (
                answered_within(seconds),
                self.http.stream("POST", path, content=body, headers=headers) as response,
            ):
                if response.is_client_error:
                    raise Refused(f"HTTP {response.status_code}")
                if response.status_code != httpx.codes.OK:
                    raise NoAnswer(f"HTTP {response.status_code}")
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise NoAnswer("it is compressed, which was not asked for")
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > most:
                        raise NoAnswer(f"it has more than {most} bytes")
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {seconds:g} s") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise NoAnswer(type(error).__name__) from error
        signature = response.headers.get(HEADER)
        if self.verifier is not None and not self.verifier.verifies(bytes(content), signature):
            raise NoAnswer("wrong signature")
        return bytes(content)


class _Status(msgspec.Struct, frozen=True):
    status: msgspec.Raw = msgspec.Raw(b'""')


def _status(content: bytes) -> str:
    """Return what an answer without an address says, for the log."""
    try:
        found = msgspec.json.decode(msgspec.json.decode(content, type=_Status).status, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = ""
    return found[:64] if found.isascii() and found.isprintable() and found else "no address"
