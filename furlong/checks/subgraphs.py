"""Checks of subgraphs over HTTP: calls them as the gateway does, with TLS and signatures."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from furlong.checks.finding import Check, CheckFailed
from furlong.checks.http import plain
from furlong.settings import ServeSettings
from gateway.errors import SubgraphUnreachable, SupergraphError
from gateway.features.signatures.feature import request_signing
from gateway.features.signatures.settings import SignatureSettings
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph, load_supergraph
from gateway.transport import MemoryTransport, Transport
from gateway.wiring.calls.subgraphs import http_transports

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
    url = settings.subgraph_urls.get(name, model.subgraphs[name].url)
    if not url:
        raise CheckFailed("it has no URL", f"name {name} in FURLONG_GATEWAY_SUBGRAPH_URLS")
    others: dict[str, Transport] = {each: _NOT_ASKED for each in model.subgraphs if each != name}
    signatures = settings.of(SignatureSettings)
    try:
        signer_of = request_signing(signatures) if signatures.is_on else None
        transport = http_transports(model, others, settings, {}, signer_of=signer_of)[name]
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
    if any(_code(each) == UNAUTHENTICATED for each in answer.get("errors") or ()):
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
