"""A session that was ended is refused by the site and its subgraphs, although its token has not expired."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from datetime import timedelta
from functools import partial

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from foundation.tokens import Revocations
from furlong.cli.operations.customer import cli
from furlong.embedding.sessions import issued_session
from furlong.embedding.settings import EmbedSettings
from furlong.serve.site import create_site
from furlong.serve.subgraphs import create_subgraph, subgraph_parts
from gateway import GatewaySettings
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.settings import SessionSettings
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET, make_token
from tools.private_valkey import PrivateValkey

PATIENCE_SECONDS = 180.0
QUERY = {"query": "{ __typename }"}
ANSWERED = {"data": {"__typename": "Query"}}


async def test_a_customer_who_is_signed_out_is_refused_everywhere(
    sqlite_url: str, valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the site and by a subgraph that runs by itself, within a minute; a new session is accepted."""
    where = Revocations(url=valkey.url, stream=uuid.uuid4().hex)
    for name, value in (
        ("SECRET", SECRET),
        ("ISSUER", ISSUER),
        ("AUDIENCE", AUDIENCE),
        ("REVOCATIONS", json.dumps({"url": where.url, "stream": where.stream})),
    ):
        monkeypatch.setenv(f"FURLONG_JWT_{name}", value)
    monkeypatch.setenv("FURLONG_EMBED_SIGNING_KEYS", json.dumps(["f" * 40]))
    settings = SessionSettings(secret=SecretStr(SECRET), issuer=ISSUER, audience=AUDIENCE, revocations=where)
    database = DatabaseSettings(url=sqlite_url)
    site = create_site(subgraph_parts(database, sessions=settings), gateway=GatewaySettings())
    alone = create_subgraph("club", subgraph_parts(database, sessions=settings)).http_app(DEVELOPMENT)
    now = int(time.time())
    made = partial(make_token, exp=now + 3600)
    mine, others, elsewhere = (
        made(iat=now - 60),
        made("c-2", iat=now - 60),
        made(brand="lagunabet", iat=now - 60),
    )
    origin = "https://www.northbet.example"
    begun = SystemClock().now() - timedelta(seconds=60)
    framed = issued_session(EmbedSettings(), "northbet", "c-1", origin, begun)
    async with site.router.lifespan_context(site), alone.router.lifespan_context(alone):
        for app in (site, alone):
            assert [await asked(app, each) for each in (mine, others, elsewhere, framed)] == [200] * 4
        done = await asyncio.to_thread(CliRunner().invoke, cli, ["sign-out", "northbet", "c-1"])
        assert done.exit_code == 0, done.output
        for app in (site, alone):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while {await asked(app, mine), await asked(app, framed)} != {401}:  # noqa: ASYNC110 - it happens in the product
                    await asyncio.sleep(0.05)
            answers = [await asked(app, each) for each in (mine, others, elsewhere, made(iat=now + 20))]
            assert answers == [401, 200, 200, 200]


async def asked(app: object, session: str) -> int:
    """The status of an answer to the owner of a session."""
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        headers = {"authorization": f"Bearer {session}"}
        answer = await client.post("/graphql", json=QUERY, headers=headers)
    assert answer.status_code != 200 or answer.json() == ANSWERED
    return answer.status_code


def test_where_to_end_sessions_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says what to set."""
    monkeypatch.delenv("FURLONG_JWT_REVOCATIONS", raising=False)
    ended = CliRunner().invoke(cli, ["sign-out", "northbet", "c-1"])
    assert ended.exit_code == 1
    assert "FURLONG_JWT_REVOCATIONS" in ended.output


@pytest.mark.parametrize("keys", [None, '["a secret of at least thirty-two bytes"]'])
def test_sessions_of_frames_end_where_their_keys_are_known(
    monkeypatch: pytest.MonkeyPatch, keys: str | None
) -> None:
    """The command says nothing of sessions that it did not end, but that they are left."""
    revoked = []

    async def revoke(_revocations: object, claims: dict[str, str], _kept: int) -> None:
        revoked.append(claims["iss"])

    monkeypatch.setattr("foundation.tokens.revocations.revoke", revoke)
    monkeypatch.setenv("FURLONG_JWT_ISSUER", "https://login.example")
    monkeypatch.setenv("FURLONG_JWT_REVOCATIONS", '{"url":"redis://127.0.0.1:9/0"}')
    monkeypatch.delenv("FURLONG_EMBED_SIGNING_KEYS", raising=False)
    if keys:
        monkeypatch.setenv("FURLONG_EMBED_SIGNING_KEYS", keys)
    ended = CliRunner().invoke(cli, ["sign-out", "northbet", "c-1"])
    assert ended.exit_code == 0, ended.output
    assert len(revoked) == (2 if keys else 1)
    assert ("Sessions of frames have not" in ended.output) == (keys is None)
