"""The site shows the club's own errors, and the id under which a fault is in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from structlog.testing import capture_logs

from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.demo.tokens import make_token
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from subgraphs.kit.settings import SessionSettings
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER

QUERY = {"query": '{ club(brand: "northbet") { id } }'}


async def asked(database: str) -> tuple[str, dict[str, Any], list[Any]]:
    """What a customer gets as text and as its only error, and what was logged."""
    sessions = SessionSettings(secret="k" * 48, issuer=ISSUER, audience=AUDIENCE)
    parts = subgraph_parts(DatabaseSettings(url=database), sessions=sessions)
    site = create_site(parts, gateway=GatewaySettings())
    token = make_token(sessions, "northbet", "customer-1", SystemClock().now())
    transport = httpx.ASGITransport(site)
    with capture_logs() as logged:
        async with (
            site.router.lifespan_context(site),
            httpx.AsyncClient(transport=transport, base_url="http://site.test") as client,
        ):
            headers = {"authorization": f"Bearer {token}"}
            response = await client.post("/graphql", json=QUERY, headers=headers)
    (error,) = response.json()["errors"]
    return response.text, error, logged


async def test_errors_of_the_club_are_written_for_clients(sqlite_url: str) -> None:
    """The code and the words of an unknown brand reach the client."""
    _, error, _ = await asked(sqlite_url)
    assert error["extensions"] == {"code": "UNKNOWN_BRAND", "service": "club"}
    assert "northbet" in error["message"]


async def test_a_fault_of_a_subgraph_is_masked_once_with_the_id_of_its_log_entry(tmp_path: Path) -> None:
    """Without tables every read is a fault: the client gets its id, and no word of SQL."""
    text, error, logged = await asked(f"sqlite+aiosqlite:///{tmp_path}")
    assert "no such table" not in text
    faults = [each["fault"] for each in logged if each["event"] == "resolver_fault"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "service": "club", "id": faults[0]}
    assert not [each for each in logged if each["event"] == "subgraph_error"]
