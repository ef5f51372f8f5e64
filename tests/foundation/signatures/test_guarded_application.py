"""Only signed requests reach an application, with the body and the headers that were signed."""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from foundation.signatures import Reason, SignatureLimits, SignatureVerifier
from foundation.signatures.asgi import Receive, Send, SignedRequests
from tests.support.gateway.signing import Signing, fixed, secret

KEYS = fixed(secret("one"))


@dataclass
class Application:
    """Notes what reaches it.

    Attributes:
        bodies: The bodies of requests.
        headers: The headers of the last one.
    """

    bodies: list[bytes] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer."""
        self.headers = dict(scope["headers"])
        message = await receive()
        self.bodies.append(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"answered"})


@pytest.fixture
def app() -> Application:
    """The application behind the guard."""
    return Application()


def guard(app: Application, limits: SignatureLimits | None = None, body_bytes: int = 1_000) -> SignedRequests:
    """The guard of the rewards subgraph."""
    return SignedRequests(
        app,
        verifier=SignatureVerifier("rewards", KEYS, limits),
        body_bytes=body_bytes,
        open_paths=frozenset({"/health"}),
    )


async def post(guarded: SignedRequests, auth: httpx.Auth | None = None, **options: Any) -> httpx.Response:
    """A POST."""
    transport = httpx.ASGITransport(guarded)
    async with httpx.AsyncClient(transport=transport, base_url="http://rewards", auth=auth) as client:
        sent: dict[str, Any] = {"content": b"a body", "headers": {"content-type": "application/json"}}
        return await client.post("/graphql?x=%20y", **(sent | options))


async def test_a_signed_request_is_answered(app: Application) -> None:
    """With its body."""
    answer = await post(guard(app), Signing(KEYS, "rewards"))
    assert (answer.status_code, answer.text, app.bodies) == (200, "answered", [b"a body"])


async def test_an_unsigned_request_is_refused_before_its_body_is_read(app: Application) -> None:
    """The refusal is no GraphQL response: a router shows its text to no client."""
    guarded, read = guard(app), []

    async def body() -> AsyncIterator[bytes]:
        read.append("begun")
        yield b"a body"

    answer = await post(guarded, content=body())
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Signature")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() == {"title", "status", "reason"}
    assert answer.json()["reason"] == "unsigned"
    assert (app.bodies, read) == ([], [])
    assert guarded.refused == {Reason.UNSIGNED: 1}


async def test_another_body_is_refused(app: Application) -> None:
    """The application gets none of it."""

    def other_body(request: httpx.Request) -> None:
        request.stream = httpx.ByteStream(b"a bode")

    answer = await post(guard(app), Signing(KEYS, "rewards", change=other_body))
    assert (answer.status_code, answer.json()["reason"], app.bodies) == (401, "digest", [])


async def test_a_long_body_is_not_read_to_its_end(app: Application) -> None:
    """Although it is signed."""
    answer = await post(guard(app, body_bytes=100), Signing(KEYS, "rewards"), content=b"x" * 101)
    assert (answer.status_code, app.bodies) == (413, [])


async def test_the_application_sees_only_what_is_signed(app: Application) -> None:
    """Headers that somebody adds on the way do not arrive, whatever their names."""
    added = {
        "x-customer-id": "c-2",
        "x-brand": "b",
        "x_customer_id": "c-2",
        "cookie": "a=b",
        "forwarded": "for=x",
    }

    def change(request: httpx.Request) -> None:
        request.headers.update(added)

    kept = {"content-type": "application/json", "authorization": "Bearer t", "traceparent": "00-a-b-01"}
    answer = await post(guard(app), Signing(KEYS, "rewards", change=change), headers=kept)
    assert answer.status_code == 200
    assert app.headers.keys().isdisjoint(name.encode() for name in added)
    assert {app.headers[name.encode()].decode() for name in kept} == set(kept.values())


async def test_open_paths_need_no_signature(app: Application) -> None:
    """Such as that of a health check, and no path that looks like it."""
    transport = httpx.ASGITransport(guard(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://rewards") as client:
        assert (await client.get("/health")).status_code == 200
        for path in ("/health/", "/Health", "/health/../graphql", "//health"):
            assert (await client.get(path)).status_code == 401


async def test_a_full_memory_refuses_for_now(app: Application) -> None:
    """503: the gateway may try again."""
    guarded = guard(app, SignatureLimits(nonces=1))
    assert (await post(guarded, Signing(KEYS, "rewards"))).status_code == 200
    answer = await post(guarded, Signing(KEYS, "rewards"))
    assert (answer.status_code, answer.json()["reason"]) == (503, "overloaded")


async def test_a_flood_of_refusals_is_logged_now_and_then(app: Application) -> None:
    """The log tells their number, and nothing that the callers sent."""
    guarded = guard(app)
    with capture_logs() as logged:
        for _ in range(100):
            await post(guarded, headers={"authorization": "Bearer secret"})
    assert [entry["count"] for entry in logged] == [1, 2, 4, 8, 16, 32, 64]
    assert "secret" not in str(logged)


async def test_a_websocket_is_closed(app: Application) -> None:
    """It has no body that could be signed."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError

    await guard(app)({"type": "websocket", "path": "/health", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_caller_that_goes_is_not_answered(app: Application) -> None:
    """When it goes before its body is complete."""
    transport = httpx.ASGITransport(guard(app))
    inner = transport.app

    async def going(scope: Any, _receive: Any, send: Any) -> None:
        parts = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]

        async def receive() -> Any:
            return parts.pop(0)

        await inner(scope, receive, send)
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with httpx.AsyncClient(transport=httpx.ASGITransport(going), base_url="http://rewards") as client:
        answer = await client.post(
            "/graphql",
            content=b"a body",
            headers={"content-type": "application/json"},
            auth=Signing(KEYS, "rewards"),
        )
    assert (answer.status_code, app.bodies) == (299, [])
