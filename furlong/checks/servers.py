"""Checks of servers: over HTTP; subgraphs, called as the gateway does; Valkey and Redis."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from furlong.checks.finding import Check, CheckFailed
from furlong.checks.machine_clock import MachineClocks, Reading, date_of
from furlong.settings import ServeSettings
from gateway.errors import SubgraphUnreachable, SupergraphError
from gateway.features.signatures.feature import request_signing
from gateway.features.signatures.settings import SignatureSettings
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph, load_supergraph
from gateway.transport import MemoryTransport, Transport
from gateway.transport.by_settings import http_transports

KEY_SET_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Sends requests to servers, and records their time.

    Attributes:
        clocks: Records the time of the servers.
        seconds: The deadline of a request.
    """

    clocks: MachineClocks
    seconds: float

    async def reachable(self, url: str, setting: str) -> str:
        """Check that a server answers, whatever the status.

        Raises:
            CheckFailed: No server answers.
        """
        answer = await self._get(url, setting)
        return f"{plain(url)} answers (status {answer.status_code})"

    async def key_set(self, url: str, setting: str) -> str:
        """Check that there is a JSON Web Key Set at a URL.

        Raises:
            CheckFailed: There is no key set.
        """
        answer = await self._get(url, setting)
        keys: Any = None
        if answer.is_success and len(answer.content) <= KEY_SET_BYTES:
            try:
                keys = answer.json().get("keys")
            except (ValueError, AttributeError):
                keys = None
        if not isinstance(keys, list) or not keys:
            raise CheckFailed(
                f"{plain(url)} has no key set (status {answer.status_code})",
                f"correct {setting}, or ask the issuer: without keys no token can be verified",
            )
        return f"{plain(url)} has {len(keys)} keys"

    async def _get(self, url: str, setting: str) -> httpx.Response:
        try:
            answer, reading = await self._ask(url)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise CheckFailed(
                f"{plain(url)} cannot be reached: {_reason(error)}",
                f"is it running? Otherwise correct {setting}, or the network between",
            ) from error
        server = urlsplit(url).netloc.rpartition("@")[2]
        self.clocks.note(server, reading, partial(self._time, url), is_database=False)
        return answer

    async def _ask(self, url: str) -> tuple[httpx.Response, Reading | None]:
        async with httpx.AsyncClient(timeout=self.seconds, trust_env=False) as client:
            asked_at = self.clocks.now()
            answer = await client.get(url)
            return answer, date_of(answer.headers, asked_at, self.clocks.now())

    async def _time(self, url: str) -> Reading | None:
        try:
            return (await self._ask(url))[1]
        except (httpx.HTTPError, OSError):
            return None


def plain(url: str) -> str:
    """Return a URL without the parts that may be secret: user, password, query."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "the URL"


def _reason(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ConnectError():
            return "no connection" if "CERTIFICATE" not in str(error) else "its certificate is not trusted"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "this is not a URL"
        case _:
            return f"no answer. Details: {type(error).__name__}"


UNAUTHENTICATED: Final = "UNAUTHENTICATED"
REFUSED: Final = "HTTP 401"
"""The statuses with which a subgraph refuses requests that its gateway has not signed; the response is not
GraphQL.
"""


def subgraph_checks(serve: ServeSettings, gateway: GatewaySettings) -> Iterator[Check]:
    """Yield a check for each subgraph; none if the subgraphs run in the gateway's process."""
    if serve.subgraphs != "http":
        return
    try:
        model = load_supergraph(serve.supergraph.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, SupergraphError):
        return  # the check of the supergraph reports it
    for name in sorted(model.subgraphs):
        yield Check(f"subgraph {name}", partial(_check, model, name, gateway))


async def _check(model: Supergraph, name: str, settings: GatewaySettings) -> str:
    url = settings.subgraphs.urls.get(name, model.subgraphs[name].url)
    if not url:
        raise CheckFailed("it has no URL", f"name {name} in FURLONG_GATEWAY_SUBGRAPH_URLS")
    others: dict[str, Transport] = {subgraph: _NOT_ASKED for subgraph in model.subgraphs if subgraph != name}
    signatures = settings.of(SignatureSettings)
    try:
        signer_of = request_signing(signatures) if signatures.is_on else None
        transport = http_transports(model, others, settings.subgraphs, {}, signer_of=signer_of)[name]
    except SupergraphError as error:
        raise CheckFailed(str(error), "correct the setting that the message names") from error
    try:
        answer = await transport.prepare("{ __typename }", None)({}, {}, None)
    except SubgraphUnreachable as error:
        if error.reason.startswith(REFUSED):
            raise _refusal(url, REFUSED) from error
        raise CheckFailed(
            f"{plain(url)} does not answer: {error.reason}",
            "is it running? Otherwise correct FURLONG_GATEWAY_SUBGRAPH_URLS, TLS, or the network between",
        ) from error
    finally:
        await transport.close()
    if any(_code(error) == UNAUTHENTICATED for error in answer.get("errors") or ()):
        raise _refusal(url, UNAUTHENTICATED)
    return f"{plain(url)} answers"


def _refusal(url: str, answer: str) -> CheckFailed:
    return CheckFailed(
        f"{plain(url)} refuses this gateway ({answer})",
        "give the gateway a signing key (FURLONG_GATEWAY__SIGNATURES__KEYS_FILE) and the subgraph its "
        "counterpart (FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE), and set both clocks by NTP",
    )


def _code(error: object) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return str(extensions.get("code")) if isinstance(extensions, dict) else ""


async def _never(*_: object) -> dict[str, object]:
    return {}


_NOT_ASKED: Final = MemoryTransport(lambda *_: _never)


async def ping(url: str, setting: str) -> str:
    """Check that a server answers.

    Raises:
        CheckFailed: The server does not answer.
    """
    try:
        client = Redis.from_url(url)
    except ValueError as error:
        raise CheckFailed("this is not a URL such as redis://HOST:6379/0", f"correct {setting}") from error
    try:
        await client.get("furlong check")  # a command that needs the password
    except AuthenticationError as error:
        raise CheckFailed(f"{plain(url)} refuses the password", f"correct {setting}") from error
    except (RedisError, OSError) as error:
        raise CheckFailed(
            f"nothing is answering at {plain(url)}. Details: {type(error).__name__}",
            f"is it running? Otherwise correct {setting}. Until it responds, each process decides on its own",
        ) from error
    finally:
        await client.aclose()
    return f"{plain(url)} answers"
