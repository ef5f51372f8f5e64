"""`furlong gateway serve` works with what processes share by Valkey."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from redis import Redis

from foundation.token_settings import Revocations
from foundation.tokens.revocations import revoke
from tests.support.processes.running_furlong import eventually
from tests.support.product.declared_switches import shows
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER
from tests.whole.switched_on.gateways import Gateway, digest, named, started, subgraph_settings
from tests.whole.switched_on.neighbours import Neighbours, bearer
from tools.private_valkey import PrivateValkey

G: Final = "FURLONG_GATEWAY"
TEXT: Final = "query Shared { product { stock } }"
BY_DIGEST: Final[dict[str, Any]] = {
    "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(TEXT)}}
}


@pytest.fixture(scope="module")
def sharing(
    processes: None,
    tmp_path_factory: pytest.TempPathFactory,
    around: Neighbours,
    streams: str,
    valkey: PrivateValkey,
) -> Iterator[Gateway]:
    """A gateway that shares by Valkey whatever it can."""
    folder = tmp_path_factory.mktemp("sharing")
    (folder / "supergraph.graphql").write_text(around.served.composed.supergraph)
    settings: dict[str, Any] = {
        "_SESSIONS__ISSUERS": [
            {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_url": f"{around.plain}/keys"}
        ],
        "_SESSIONS__ANONYMOUS": True,
        "_SESSIONS__REVOCATIONS": {"url": valkey.url},
        "_DOCUMENTS__APQ": True,
        "_DOCUMENTS__APQ_VALKEY_URL": valkey.url,
        "_DOCUMENTS__APQ_VALKEY_SECONDS": 60,
        "_RATE_LIMITS__RULES": [{"by": "customer", "points": 10**6, "seconds": 86_400}],
        "_RATE_LIMITS__VALKEY_URL": valkey.url,
        "_RATE_LIMITS__VALKEY_SECONDS": 60,
        "_RESPONSE_CACHE__ENABLED": True,
        "_RESPONSE_CACHE__VALKEY_URL": valkey.url,
        "_RESPONSE_CACHE__VALKEY_SECONDS": 60,
    }
    where = subgraph_settings(around, streams)
    environment = {**named(settings), **where, "FURLONG_LOG_FORMAT": "json", "FURLONG_LOG_LEVEL": "error"}
    with started(folder, around, "supergraph.graphql", environment) as gateway:
        yield gateway


@shows(f"{G}__DOCUMENTS__APQ_VALKEY_URL", f"{G}__RATE_LIMITS__VALKEY_URL", f"{G}__RESPONSE_CACHE__VALKEY_URL")
def test_documents_limits_and_responses_are_shared(sharing: Gateway, valkey: PrivateValkey) -> None:
    """One request of a customer leaves a key for each in Valkey."""
    answer = {"data": {"product": {"stock": 1}}}
    with Redis.from_url(valkey.url) as client:
        before = set(client.keys())
        assert sharing.ask(TEXT, bearer(sub="c-shared"), **BY_DIGEST) == answer
        eventually(lambda: len(set(client.keys()) - before) >= 3, "each has a key of its own")
    assert sharing.ask(None, **BY_DIGEST) == answer


@shows(f"{G}__SESSIONS__REVOCATIONS")
def test_a_revoked_token_is_refused(sharing: Gateway) -> None:
    """Within a moment."""
    mine = bearer(sub="c-revoked")
    assert sharing.ask("{ account }", mine) == {"data": {"account": "account"}}
    where = Revocations(**json.loads(sharing.environment[f"{G}__SESSIONS__REVOCATIONS"]))
    asyncio.run(revoke(where, {"iss": ISSUER, "sub": "c-revoked"}, 3600))
    eventually(lambda: sharing.code("{ account }", mine) == "UNAUTHENTICATED", "the token is refused")


@shows("FURLONG_LOG_LEVEL=error")
def test_warnings_are_not_logged(sharing: Gateway) -> None:
    """At other levels a gateway warns of policies that nobody decides."""
    assert sharing.ask("{ desk }")["data"] == {"desk": None}
    assert "policies_never_hold" not in sharing.programs.logs()
