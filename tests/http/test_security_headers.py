"""Every response of our server has the headers by which browsers keep responses apart."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from foundation.security_headers import every_response
from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import shop
from tests.http.served import served

BODY = {"query": "{ me { name } }"}


@pytest.fixture
def graphiql(tmp_path: Path) -> Path:
    """A folder like that of GraphiQL."""
    (tmp_path / "index.html").write_text("<html></html>")
    (tmp_path / "x.js").write_text("1")
    return tmp_path


def check(client: httpx.Client) -> None:
    """Ask for everything, good and bad, and check what all responses have once."""
    for response in (
        client.post("/graphql", json=BODY),
        client.post("/graphql", content=b"{", headers={"content-type": "text/plain"}),
        client.get("/graphql", params=BODY),
        client.get("/graphql", headers={"accept": "text/html"}),
        client.get("/graphql", headers={"accept": "image/png"}),
        client.get("/graphiql/x.js"),
        client.get("/health"),
        client.get("/nothing"),
        client.delete("/graphql"),
    ):
        for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")):
            assert response.headers.get_list(name) == [value], response.request
        assert len(response.headers.get_list("cache-control")) <= 1
    assert client.post("/graphql", json=BODY).headers["cache-control"] == "no-store"
    assert client.post("/graphql", content=b"{").headers["cache-control"] == "no-store"
    assert client.get("/graphql", params=BODY).headers["cache-control"] == "no-store"
    page = client.get("/graphql", headers={"accept": "text/html"}).headers
    assert "frame-ancestors 'none'" in page["content-security-policy"]
    assert "'unsafe" not in page["content-security-policy"].split("script-src")[1].split(";")[0]
    assert "camera=()" in page["permissions-policy"]


def test_all_responses_of_our_server_have_them(graphiql: Path) -> None:
    """Answers, errors, pages, files, and what is not found."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(graphiql_dir=graphiql))
    with served(app) as url, httpx.Client(base_url=url) as client:
        check(client)
        assert "strict-transport-security" not in client.get("/health").headers


async def test_other_servers_send_them_too(graphiql: Path) -> None:
    """The application adds what our server would."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(graphiql_dir=graphiql))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        for response in (await client.post("/graphql", json=BODY), await client.get("/health")):
            assert response.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("seconds", [0, 3600])
def test_tls_is_demanded_only_where_the_settings_say_so(seconds: int) -> None:
    """A host that has no TLS would be unreachable for as long."""
    found = dict(every_response(seconds)).get("strict-transport-security")
    assert found == (f"max-age={seconds}" if seconds else None)
