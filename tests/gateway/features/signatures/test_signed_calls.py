"""Calls of subgraphs are signed one by one, with the keys of the moment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from foundation.signatures import SignatureVerifier
from foundation.signatures.verifier import RequestHead
from gateway import GatewaySettings, create_gateway
from gateway.errors import SubgraphUnreachable, SupergraphError
from gateway.features.signatures.feature import request_signing
from gateway.features.signatures.settings import SignatureSettings
from gateway.transport import HttpTransport
from tests.gateway.listening_subgraph import PATIENT, Subgraph, answering, sent
from tests.gateway.merged_settings import merged
from tests.gateway.world import FOLDER
from tests.support.gateway.signing import PRIVATE, PUBLIC, fixed, key_text, secret

KEY = secret("one")
SHOP = (FOLDER / "shop" / "supergraph.graphql").read_text()


def signed(url: str, **settings: Any) -> HttpTransport:
    """A transport to the subgraph `products` at a URL."""
    chosen = GatewaySettings(**merged({"signatures": {"keys": SecretStr(key_text(KEY))}}, settings))
    signatures = chosen.of(SignatureSettings)
    sign = request_signing(signatures)("products", url) if signatures.is_on else None
    return HttpTransport.to(url, PATIENT, sign=sign)


async def test_each_call_has_a_signature_of_its_own() -> None:
    """Also the same operation with the same variables, as when it is tried again."""
    subgraph, verifier = Subgraph(answering()), SignatureVerifier("products", fixed(KEY))
    async with subgraph.listening():
        transport = signed(subgraph.url)
        for _ in range(3):
            await sent(transport)
        await transport.close()
    for received in subgraph.received:
        verified = verifier.verify(RequestHead("POST", "http", b"/graphql", b"x=y", received.headers()))
        assert "authorization" in verified.covered
    assert len({received.body for received in subgraph.received}) == 1


async def test_without_a_key_that_signs_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the file has only public keys from some moment on."""
    file = tmp_path / "keys"
    file.write_text(key_text(PRIVATE))
    subgraph = Subgraph(answering())
    async with subgraph.listening():
        transport = signed(subgraph.url, signatures={"keys": None, "keys_file": file})
        await sent(transport)
        file.write_text(key_text(PUBLIC))
        later = time.monotonic() + 60
        with monkeypatch.context() as changed:
            changed.setattr(transport.sign.signer._keys, "_clock", lambda: later)  # type: ignore[union-attr]
            with pytest.raises(SubgraphUnreachable, match="no key can sign"):
                await sent(transport)
        await transport.close()
    assert len(subgraph.received) == 1


def test_a_transport_is_kept_while_it_signs_alike() -> None:
    """Connections outlive a reload of the supergraph, and not one that changes the keys."""
    url = "http://products.test/graphql"
    transport, text = signed(url), key_text(KEY, secret("two"))
    for settings, is_kept in (
        ({}, True),
        ({"signatures": {"keys": SecretStr(text)}}, False),
        ({"signatures": {"seconds": 11}}, False),
        ({"signatures": {"keys": None}}, False),
    ):
        other = signed(url, **settings)
        assert transport.reaches(url, PATIENT, other.sign) is is_kept


@pytest.mark.parametrize(
    ("keys", "said"),
    [("{}", "a list `keys`"), (key_text(PUBLIC), "none can sign"), ("secret", "not JSON")],
)
def test_keys_that_cannot_be_used_end_the_start(keys: str, said: str) -> None:
    """The message says why, without the keys."""
    with pytest.raises(SupergraphError, match=said) as caught:
        create_gateway(SHOP, settings=GatewaySettings(signatures={"keys": SecretStr(keys)}))
    assert "secret" not in str(caught.value)


def test_a_missing_file_ends_the_start(tmp_path: Path) -> None:
    """The same."""
    with pytest.raises(SupergraphError, match="No such file"):
        create_gateway(SHOP, settings=GatewaySettings(signatures={"keys_file": tmp_path / "nothing"}))
    with pytest.raises(ValidationError, match="not both"):
        GatewaySettings(signatures={"keys_file": tmp_path, "keys": SecretStr("{}")})
