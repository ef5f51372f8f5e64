"""Settings choose the subgraphs that are called over HTTP/2."""

from __future__ import annotations

import pytest

from gateway import GatewaySettings
from gateway.errors import SupergraphError
from gateway.settings.file import RELOADED
from gateway.supergraph import load_supergraph
from gateway.wiring.calls.subgraphs import http_transports
from tests.gateway.world import FOLDER

MODEL = load_supergraph((FOLDER / "shop" / "supergraph.graphql").read_text())
SECURE, PLAIN, *OTHERS = sorted(MODEL.subgraphs)
URLS = {
    SECURE: "https://secure.test/graphql",
    PLAIN: "http://plain.test/graphql",
    **dict.fromkeys(OTHERS, "http://other.test/graphql"),
}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [((), set()), (("*",), {SECURE}), ((PLAIN,), {PLAIN}), (("*", PLAIN), {SECURE, PLAIN})],
)
def test_subgraphs_are_named(listed: tuple[str, ...], expected: set[str]) -> None:
    """All stands for those that can choose another protocol."""
    settings = GatewaySettings(subgraph_urls=URLS, subgraph_http2=listed, subgraph_ping_seconds=3.0)
    limits = {
        name: it.connections.limits
        for name, it in http_transports(MODEL, {}, settings, {}, signer_of=None).items()
    }
    assert {name for name, each in limits.items() if each.http2} == expected
    assert {each.ping_seconds for each in limits.values()} == {3.0}


def test_an_unknown_subgraph_is_refused() -> None:
    """A mistake in a name would leave HTTP/1.1 in silence."""
    settings = GatewaySettings(subgraph_urls=URLS, subgraph_http2=("reveiws",))
    with pytest.raises(SupergraphError, match="reveiws"):
        http_transports(MODEL, {}, settings, {}, signer_of=None)


def test_a_reload_changes_the_protocol_of_those_alone_that_are_named() -> None:
    """Other subgraphs keep their connections."""
    before = http_transports(MODEL, {}, GatewaySettings(subgraph_urls=URLS), {}, signer_of=None)
    settings = GatewaySettings(subgraph_urls=URLS, subgraph_http2=(PLAIN,))
    after = http_transports(MODEL, {}, settings, before, signer_of=None)
    assert {name for name in after if after[name] is not before[name]} == {PLAIN}
    assert {"subgraph_http2", "subgraph_ping_seconds"} <= RELOADED
