"""Files of multipart requests are streamed to a real Strawberry subgraph, within limits."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import strawberry
import uvicorn
from gql import Client, FileVar, gql
from gql.transport.httpx import HTTPXAsyncTransport
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from strawberry.asgi import GraphQL
from strawberry.file_uploads import Upload

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.errors import SupergraphError
from gateway.features.uploads.form import FormReader
from gateway.features.uploads.settings import UploadSettings
from tests.gateway.gateway_process import started_gateway
from tests.gateway.plans import joined

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile:ResourceWarning")
"""Strawberry leaves the files of a form to the garbage collector."""

NODE: Final = Path(__file__).parents[3] / "node"
SCRIPT: Final = {"graphql-require-preflight": "1"}
SDL: Final = joined(
    """
    scalar Upload @join__type(graph: MEDIA) @join__type(graph: OTHER)
    type Query @join__type(graph: MEDIA) @join__type(graph: OTHER) {
      here: Boolean @join__field(graph: MEDIA)
      looks(file: Upload!): Boolean @join__field(graph: MEDIA)
    }
    type Mutation @join__type(graph: MEDIA) @join__type(graph: OTHER) {
      keep(files: [Upload!]!): [Kept!] @join__field(graph: MEDIA)
      store(file: Upload!, album: Album): Kept @join__field(graph: MEDIA)
      elsewhere(file: Upload!): Boolean @join__field(graph: OTHER)
    }
    input Album @join__type(graph: MEDIA) { title: String cover: Upload }
    type Kept @join__type(graph: MEDIA) { name: String! size: Int! digest: String! }
    """,
    "media",
    "other",
).replace("query: Query", "query: Query mutation: Mutation")
STORE: Final = "mutation Store($file: Upload!) { store(file: $file) { name size digest } }"


@strawberry.type
class Kept:
    """What came of a file."""

    name: str
    size: int
    digest: str


@strawberry.input
class Album:
    """Where a file is put."""

    title: str | None = None
    cover: Upload | None = None


@strawberry.type
class Query:
    """What must be there."""

    here: bool = True

    @strawberry.field
    def looks(self, file: Upload) -> bool:
        """Look at a file."""
        return bool(file)


async def kept(file: Any) -> Kept:
    """What came of a file, read in pieces."""
    size, digest = 0, sha256()
    while piece := await file.read(65536):
        size += len(piece)
        digest.update(piece)
    return Kept(name=file.filename, size=size, digest=digest.hexdigest())


@strawberry.type
class Mutation:
    """Takes files."""

    @strawberry.mutation
    async def keep(self, files: list[Upload]) -> list[Kept]:
        """Take several."""
        return [await kept(file) for file in files]

    @strawberry.mutation
    async def store(self, file: Upload, album: Album | None = None) -> Kept:
        """Take one."""
        cover = album.cover if album is not None else None
        return await kept(file if cover is None else cover)


@dataclass
class Served:
    """A gateway, and what its subgraph got."""

    url: str
    client: httpx.AsyncClient
    media: Recorded

    async def sent(
        self,
        files: Mapping[str, Any],
        query: str = STORE,
        variables: Mapping[str, Any] | None = None,
        file_map: Any = None,
        headers: Mapping[str, str] = SCRIPT,
    ) -> httpx.Response:
        """The reply to a multipart request."""
        operations = {"query": query, "variables": {"file": None} if variables is None else variables}
        places = {"0": ["variables.file"]} if file_map is None else file_map
        parts = {"operations": (None, json.dumps(operations)), "map": (None, json.dumps(places)), **files}
        return await self.client.post("/graphql", files=parts, headers=headers)


@dataclass
class Recorded:
    """Strawberry's application, with the requests that it got.

    Attributes:
        requests: How many began.
        whole: How many arrived to their end.
        begun: Set when the first one has begun.
    """

    requests: int = 0
    whole: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the application."""
        schema = strawberry.Schema(Query, Mutation)
        self.app = GraphQL[Any, Any](schema, multipart_uploads_enabled=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        self.requests += 1
        self.begun.set()

        async def received() -> Any:
            message = await receive()
            self.whole += message["type"] == "http.request" and not message.get("more_body", False)
            return message

        await self.app(scope, received, send)


@asynccontextmanager
async def media() -> AsyncIterator[tuple[Recorded, str]]:
    """The subgraph, with its URL."""
    app = Recorded()
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        running = asyncio.create_task(server.serve([listener]))
        try:
            yield app, f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            await running
            gc.collect()  # what Strawberry has left, see above


@asynccontextmanager
async def served(*, own_server: bool = True, **uploads: Any) -> AsyncIterator[Served]:
    """A gateway whose subgraph takes files."""
    async with media() as (app, url):
        chosen = {"subgraphs": ["media"], **uploads}
        urls = {"media": url, "other": "http://127.0.0.1:9/"}
        made = create_gateway(SDL, {}, GatewaySettings(subgraph_urls=urls, uploads=chosen))
        if not own_server:
            transport = httpx.ASGITransport(made)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
                yield Served("", client, app)
            return
        with listen("127.0.0.1", 0) as listener:
            base = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with serving(made, listener), httpx.AsyncClient(base_url=base, timeout=60) as client:
                yield Served(base, client, app)


def refused(response: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


def description(name: str, content: bytes) -> dict[str, Any]:
    """What the subgraph says of a file."""
    return {"name": name, "size": len(content), "digest": sha256(content).hexdigest()}


@pytest.mark.parametrize("own_server", [True, False])
@pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
async def test_a_file_arrives_as_it_was_sent(size: int, *, own_server: bool) -> None:
    """Whatever its bytes and its length."""
    content = bytes(number * number % 251 for number in range(min(size, 5000))) * (size // 5000 or 1)
    async with served(own_server=own_server) as gateway:
        for _ in range(2):
            response = await gateway.sent({"0": ("a.bin", content, "image/png")})
            assert response.json() == {"data": {"store": description("a.bin", content)}}


async def test_files_in_inputs_arrive() -> None:
    """A file may stand anywhere in variables."""
    query = (
        "mutation($file: Upload!, $album: Album) { store(file: $file, album: $album) { name size digest } }"
    )
    variables = {"file": None, "album": {"title": "x", "cover": None}}
    places = {"x": ["variables.album.cover"], "y": ["variables.file"]}
    async with served() as gateway:
        files = {"y": ("y", b"yy"), "x": ("x", b"xx")}
        response = await gateway.sent(files, query, variables, places)
    assert response.json() == {"data": {"store": description("x", b"xx")}}


async def test_a_page_of_another_origin_cannot_send_files() -> None:
    """A form sends multipart requests with its reader's cookies, so a header of a script is needed."""
    async with served() as gateway:
        for headers in ({}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
            response = await gateway.sent({"0": ("a", b"a")}, headers={"cookie": "session=1", **headers})
            assert refused(response) == (403, "CSRF_PREVENTED")
        assert gateway.media.requests == 0
        own = await gateway.sent({"0": ("a", b"a")}, headers={"sec-fetch-site": "same-origin"})
    assert own.json()["data"]["store"]["size"] == 1


async def test_without_the_setting_a_multipart_request_is_refused() -> None:
    """As before there were uploads."""
    async with served(subgraphs=[]) as gateway:
        assert refused(await gateway.sent({"0": ("a", b"a")})) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_file_that_is_too_large_ends_the_call() -> None:
    """The subgraph gets no whole request, and executes nothing."""
    async with served(bytes=100_000) as gateway:
        response = await gateway.sent({"0": ("a", bytes(100_001))})
        assert refused(response) == (413, "UPLOAD_TOO_LARGE")
        assert gateway.media.whole == 0
        assert (await gateway.sent({"0": ("a", bytes(100_000))})).json()["data"]["store"]["size"] == 100_000


@pytest.mark.parametrize(
    ("files", "variables", "file_map"),
    [
        ({}, None, None),  # it never comes
        ({"0": ("a", b"a"), "1": ("b", b"b")}, None, None),  # one more
        ({"0": ("a", b"a")}, None, {}),
        ({"0": ("a", b"a")}, None, {"0": ["variables.file", "variables.file"]}),
        ({"0": ("a", b"a")}, None, {"0": ["query"]}),
        ({"0": ("a", b"a")}, None, {"0": ["variables"]}),
        ({"0": ("a", b"a")}, None, {"0": ["variables.file.more"]}),
        ({"0": ("a", b"a")}, {"file": "text"}, None),
        ({"0": ("a", b"a")}, {}, {"0": ["variables.other"]}),
        ({"0": ("a", b"a")}, None, {str(number): ["variables.file"] for number in range(11)}),
    ],
)
async def test_what_is_no_upload_is_refused(files: Any, variables: Any, file_map: Any) -> None:
    """Nothing is executed for it."""
    async with served() as gateway:
        status, _ = refused(await gateway.sent(files, STORE, variables, file_map))
        assert status == 400
        assert gateway.media.whole == 0


@pytest.mark.parametrize(
    "query",
    [
        "query($file: Upload!) { looks(file: $file) }",
        "mutation($file: Upload!) { elsewhere(file: $file) }",
        "mutation($file: Upload!) { store(file: $file) { name } elsewhere(file: $file) }",
    ],
)
async def test_files_go_only_to_one_subgraph_that_takes_them(query: str) -> None:
    """By one call of a mutation; nothing is fetched before this is known."""
    async with served() as gateway:
        assert refused(await gateway.sent({"0": ("a", b"a")}, query)) == (400, "INVALID_UPLOAD")
        assert gateway.media.requests == 0


async def test_a_name_of_a_file_cannot_begin_another_part() -> None:
    """A quotation mark or line end in it stays in it."""
    name = 'a"; name="map'
    async with served() as gateway:
        response = await gateway.sent({"0": (name, b"a")})
    assert response.json()["data"]["store"]["size"] == 1


async def test_a_client_that_leaves_ends_the_call() -> None:
    """The subgraph gets no whole request."""
    async with served() as gateway:
        host, port = gateway.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        operations = json.dumps({"query": STORE, "variables": {"file": None}})
        head = (
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\ngraphql-require-preflight: 1\r\n"
        )
        parts = "".join(
            f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in (("operations", operations), ("map", '{"0":["variables.file"]}'))
        )
        file = '--b\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n' + "x" * 300_000
        writer.write(f"{head}content-type: multipart/form-data; boundary=b\r\n\r\n{parts}{file}".encode())
        async with asyncio.timeout(60):
            await gateway.media.begun.wait()
        writer.close()
        await asyncio.sleep(0.5)
        assert gateway.media.whole == 0
        assert (await gateway.sent({"0": ("a", b"a")})).json()["data"]["store"]["size"] == 1


@pytest.mark.parametrize("name", ["origin", "Cookie", "content-type", "sec-fetch-mode", "a b"])
def test_a_header_that_any_page_sends_is_no_proof(name: str) -> None:
    """Such a setting is refused."""
    with pytest.raises(ValidationError):
        UploadSettings(headers=(name,))


async def test_a_subgraph_that_is_not_there_is_refused() -> None:
    """When the gateway starts."""
    with pytest.raises(SupergraphError, match="video"):
        async with served(subgraphs=["video"]):
            pass


@given(
    contents=st.lists(
        st.binary(max_size=60) | st.sampled_from([b"\r\n--b", b"\r\n--", b"--b--\r\n"]), max_size=4
    ),
    size=st.integers(1, 40),
)
async def test_a_form_is_read_alike_however_it_is_cut(contents: list[bytes], size: int) -> None:
    """Parts that hold what looks like a part of a delimiter, too."""
    boundary = "b" + sha256(b"".join(contents)).hexdigest()[:8]
    head = 'content-disposition: form-data; name="f"\r\n\r\n'
    parts = b"".join(f"--{boundary}\r\n{head}".encode() + content + b"\r\n" for content in contents)
    body = parts + f"--{boundary}--\r\n".encode()

    async def chunks() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), size):
            yield body[begin : begin + size]

    form, read = FormReader(chunks(), boundary), []
    while await form.part() is not None:
        read.append(await form.text(1000))
    assert read == contents


@pytest.mark.usefixtures("processes")
async def test_two_clients_upload_through_the_command_which_keeps_no_file(tmp_path: Path) -> None:
    """Gql and urql; the process does not grow by a file of 32 MB."""
    environment = {
        "FURLONG_GATEWAY__UPLOADS__SUBGRAPHS": '["media"]',
        "FURLONG_GATEWAY__UPLOADS__BYTES": "100000000",
        "FURLONG_GATEWAY__UPLOADS__SECONDS": "120",
    }
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(range(256)) * 131_072)
    async with media() as (_, url):
        urls = {"media": url, "other": url}
        async with started_gateway(tmp_path, SDL, urls, environment) as made:
            address = str(made.client.base_url.join("/graphql"))
            urql = await by_urql(address)
            before = memory(made.pid)
            by_gql = await uploaded_by_gql(address, large)
            grown = memory(made.pid) - before
    assert urql == {
        "data": {
            "keep": [description("first.txt", b"first file"), description("zweite „Datei“.txt", b"second")]
        }
    }
    assert by_gql == {"store": description("large.bin", bytes(range(256)) * 131_072)}
    assert grown < 12_000, f"{grown} kB"


async def by_urql(address: str) -> Any:
    """What urql gets for two files."""
    process = await asyncio.create_subprocess_exec(
        "node", "uploads.mjs", address, cwd=NODE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return json.loads(out)


async def uploaded_by_gql(address: str, file: Path) -> Any:
    """What gql gets for a file."""
    transport = HTTPXAsyncTransport(address, headers=SCRIPT, timeout=120)
    async with Client(transport=transport, execute_timeout=120) as session:
        query = gql(STORE)
        query.variable_values = {"file": FileVar(str(file), filename=file.name)}
        return await session.execute(query, upload_files=True)


def memory(pid: int) -> int:
    """The most memory that a process has had, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
