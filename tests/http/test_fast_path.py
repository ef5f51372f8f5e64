"""The gateway's server brings usual requests past ASGI: nothing that is checked on the way gets lost."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from uvicorn.server import ServerState

from gateway import GatewaySettings, MemoryTransport, Unauthenticated, create_gateway
from gateway.http.server import ProtocolFactory, configured
from gateway.pipeline.sessions import Sessions
from gateway.transport import SubgraphOperation
from tests.gateway.worlds import shop
from tests.http.served_gateway import LONG, ME, NAME, post
from tests.http.test_server_of_the_gateway import Transport


class Connection:
    """A connection to a gateway, over which whole requests come.

    Attributes:
        state: Of the server.
        transport: Has what was answered.
    """

    def __init__(self, app: Any) -> None:
        config = configured(app, LONG)
        config.load()
        self.state = ServerState()
        self.transport = Transport()
        self.app = app
        self.protocol: Any = ProtocolFactory(LONG)(config, self.state, {})
        self.protocol.connection_made(self.transport)

    async def status(self, request: bytes) -> int:
        """The status of the reply to a request."""
        self.protocol.data_received(request)
        await asyncio.gather(*self.state.tasks, return_exceptions=True)
        return int(self.transport.written[-1].split()[1])


@pytest.mark.parametrize(
    "request_bytes",
    [
        post(ME),
        post(ME, b"content-type: text/plain"),
        post(ME, b"accept: text/html"),
        post("{ nothing }"),
        post("{ me { name } } # " + "x" * 70_000),
    ],
)
async def test_replies_are_the_same_without_the_fast_path(request_bytes: bytes) -> None:
    """The fast path is an optimization: an application without the attribute is served by ASGI alone."""
    fast, slow = connect(), connect(fast_path=False)
    for _ in range(2):
        assert await fast.status(request_bytes) == await slow.status(request_bytes)
    assert not hasattr(fast.protocol.cycle, "scope")
    assert hasattr(slow.protocol.cycle, "scope")
    assert sorted(fast.transport.written[-1].splitlines()) == sorted(slow.transport.written[-1].splitlines())


def connect(settings: GatewaySettings | None = None, *, fast_path: bool = True, **options: Any) -> Connection:
    """A connection to the shop's gateway."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), settings, **options)
    if not fast_path:
        del app.fast_path
    return Connection(app)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"content-type: text/plain", 415),
        (b"content-encoding: gzip", 415),
        (b"content-encoding: identity", 200),
        (b"accept: text/html", 406),
        (b"accept: application/graphql-response+json", 200),
    ],
)
async def test_a_body_that_came_before_is_no_way_round_the_checks_of_headers(
    header: bytes, status: int
) -> None:
    """They are those of this request."""
    connection = connect()
    assert await connection.status(post(ME)) == 200
    # Of a header that comes twice the values are one list, which is no type that is known.
    assert await connection.status(post(ME, header)) == status
    assert await connection.status(post(ME)) == 200


async def test_a_body_that_is_too_large_is_refused_though_it_is_all_there() -> None:
    """The limit is that of the settings."""
    assert await connect(GatewaySettings(body_bytes=20)).status(post(ME)) == 413


async def test_who_is_recognised_is_not_authenticated_and_all_others_are() -> None:
    """For a repeated body as well; subgraphs get the session of either function."""
    asked: list[str | None] = []
    told: list[object] = []

    async def authenticate(headers: Mapping[str, str]) -> object:
        asked.append(headers.get("authorization"))
        if headers.get("authorization") == "Bearer bad":
            raise Unauthenticated
        return "authenticated"

    def recognise(headers: Mapping[str, str]) -> object:
        return "recognised" if headers.get("authorization") == "Bearer seen" else None

    async def call(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        told.append(session)
        return {"data": {"me": {"name": "x"}}}

    def prepare(_document: str, _operation_name: str | None) -> SubgraphOperation:
        return call

    federation = shop()
    transports = {name: MemoryTransport(prepare) for name in federation.sources}
    connection = Connection(
        create_gateway(federation.sdl, transports, sessions=Sessions(authenticate, recognise))
    )
    assert await connection.status(post(ME, b"authorization: Bearer new")) == 200
    assert await connection.status(post(ME, b"authorization: Bearer seen")) == 200
    assert await connection.status(post(ME, b"authorization: Bearer bad")) == 401
    assert (
        await connection.status(post(ME, b"authorization: Bearer seen", b"authorization: Bearer bad")) == 200
    )
    assert asked == ["Bearer new", "Bearer bad", "Bearer seen, Bearer bad"]
    assert told == ["authenticated", "recognised", "authenticated"]


async def test_a_request_that_a_stopping_server_cancels_is_told_so() -> None:
    """The reply is the last of its connection, and the room is free again."""
    begun = asyncio.Event()

    async def call(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], _session: object
    ) -> Mapping[str, Any]:
        begun.set()
        return await asyncio.get_running_loop().create_future()

    federation = shop()
    transports = {name: MemoryTransport(lambda *_: call) for name in federation.sources}
    connection = Connection(create_gateway(federation.sdl, transports))
    connection.protocol.data_received(post(ME))
    await begun.wait()
    assert connection.app.fast_path.admission.inside == 1
    (task,) = connection.state.tasks
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (reply,) = connection.transport.written
    assert reply.startswith(b"HTTP/1.1 500 ")
    assert b"connection: close" in reply
    assert connection.app.fast_path.admission.inside == 0
    assert not connection.state.tasks


async def test_a_whole_request_needs_no_scope() -> None:
    """It goes straight to the endpoint; one whose body is late goes through ASGI, and is answered alike."""
    connection = connect()
    assert await connection.status(post(ME)) == 200
    assert not hasattr(connection.protocol.cycle, "scope")
    connection.protocol.data_received(post(ME)[:-1])
    assert await connection.status(post(ME)[-1:]) == 200
    assert hasattr(connection.protocol.cycle, "scope")
    assert all(each.endswith(NAME) for each in connection.transport.written)
