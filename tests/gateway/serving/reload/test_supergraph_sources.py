"""Where supergraphs come from: files that are being written, and registries on the network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from gateway.serving.sources import FileSource, SourceError
from gateway.serving.sources.url import UrlSource

TOKEN = {"X-Hive-CDN-Key": "a-secret"}


async def test_a_file_is_read_when_it_has_changed(tmp_path: Path) -> None:
    """And not when nothing shows that it has, unless that is asked for."""
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = FileSource(file, 10)
    source.settle_seconds = 0.0
    assert source.read_now() == "one"
    assert await source.read() is None
    assert await source.read(anew=True) == "one"
    file.write_text("another")
    assert await source.read() == "another"
    assert await source.read() is None


async def test_a_link_to_another_file_is_a_change(tmp_path: Path) -> None:
    """Kubernetes changes what a link points to, and leaves the link."""
    for name in ("old", "new"):
        (tmp_path / name).write_text(name)
    link = tmp_path / "supergraph.graphql"
    link.symlink_to("old")
    source = FileSource(link, 10)
    source.settle_seconds = 0.0
    source.read_now()
    (tmp_path / "fresh").symlink_to("new")
    (tmp_path / "fresh").rename(link)
    assert await source.read() == "new"


async def test_a_pipe_in_place_of_the_file_holds_nothing_up(tmp_path: Path) -> None:
    """Whoever reads it would wait for a writer for ever; the file that replaces it is taken up."""
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = FileSource(file, 10)
    source.settle_seconds = 0.0
    source.read_now()
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(SourceError, match="Not a regular file"):
        await source.read()
    file.unlink()
    file.write_text("two")
    assert await source.read() == "two"


async def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    """Its half is never returned: it might look like a whole schema."""
    file = tmp_path / "supergraph.graphql"
    file.write_text("")
    source = FileSource(file, 1000)
    source.read_now()
    source.settle_seconds = 0.05
    written = "type A { a: Int }\n" * 5

    async def write() -> None:
        with file.open("w") as stream:
            for line in written.splitlines(keepends=True):
                stream.write(line)
                stream.flush()
                await asyncio.sleep(0.005)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0)
    assert await source.read() == written
    await writing


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"x" * 11, "larger than 10 bytes"), (b"\xff", "not UTF-8"), (None, "No such file")],
)
async def test_a_file_that_is_no_text_is_an_error(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """The reason is for operators."""
    file = tmp_path / "supergraph.graphql"
    if content is not None:
        file.write_bytes(content)
    source = FileSource(file, 10)
    source.settle_seconds = 0.0
    with pytest.raises(SourceError, match=reason):
        await source.read()
    with pytest.raises(SourceError, match=reason):
        source.read_now()


Answer = Callable[[str, dict[str, str]], "bytes | None"]


@asynccontextmanager
async def registry(answer: Answer, pause: float = 0) -> AsyncIterator[str]:
    """Serve raw answers by the request's target and headers; None hangs."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        content = answer(head[0].split(" ")[1], {name.lower(): value for name, value in headers.items()})
        if content is None:
            await ended.wait()
        for byte in content or b"":
            writer.write(bytes([byte]))
            if pause and not ended.is_set():
                await asyncio.sleep(pause)
        writer.close()
        served.append(writer)

    ended, served = asyncio.Event(), list[asyncio.StreamWriter]()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        ended.set()
        server.close()
        await asyncio.sleep(0.02)
        for each in served:
            with suppress(ConnectionError):
                await each.wait_closed()


def ok(text: bytes, *headers: str) -> bytes:
    """Return a complete answer."""
    lines = ["HTTP/1.1 200 OK", f"content-length: {len(text)}", "connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + text


async def test_a_registry_is_asked_for_what_has_changed() -> None:
    """By the ETag of the last answer, and with the token; an answer 304 changes nothing."""
    seen: list[dict[str, str]] = []

    def answer(_target: str, headers: dict[str, str]) -> bytes:
        seen.append(headers)
        if headers.get("if-none-match") == '"v1"':
            return b"HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n"
        return ok(b"type Query", 'etag: "v1"')

    async with registry(answer) as url:
        source = UrlSource(f"{url}/artifacts/v1/target/supergraph?key=secret", TOKEN)
        assert await source.read() == "type Query"
        assert await source.read() is None
        assert await source.read(anew=True) == "type Query"
        assert source.name == f"{url}/artifacts/v1/target/supergraph"
    assert [each.get("if-none-match") for each in seen] == [None, '"v1"', None]
    assert all(each["x-hive-cdn-key"] == "a-secret" for each in seen)
    assert "secret" not in repr(source.headers) or "a-secret" not in repr(source)


async def test_a_redirect_is_followed_without_the_token() -> None:
    """A registry may point to a store of objects at another origin, which must not learn the token."""
    seen: list[dict[str, str]] = []

    def store(_target: str, headers: dict[str, str]) -> bytes:
        seen.append(headers)
        return ok(b"type Query")

    async with registry(store) as elsewhere:
        redirect = f"HTTP/1.1 302 Found\r\nlocation: {elsewhere}/object\r\nconnection: close\r\n\r\n".encode()
        async with registry(lambda _target, _headers: redirect) as url:
            assert await UrlSource(url, TOKEN).read() == "type Query"
    assert "x-hive-cdn-key" not in seen[0]


PLAIN = b"HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\n\r\n"
BAD: dict[str, tuple[bytes | None, str]] = {
    "an error": (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "HTTP 403"),
    "too large": (ok(b"x" * 101), "larger than 100 bytes"),
    "not UTF-8": (ok(b"\xff"), "not UTF-8"),
    "compressed": (ok(b"\x1f\x8b\x08\x00", "content-encoding: gzip"), "not UTF-8"),
    "cut off": (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\ntype", "RemoteProtocolError"),
    "a redirect to a file": (b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\n\r\n", "expected https"),
    "a redirect to plain HTTP": (
        b"HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\n\r\n",
        "expected https",
    ),
    "a redirect to itself": (b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n", "redirects"),
    "no answer": (None, "no answer within"),
    "nonsense": (b"\x00\x01\x02", "RemoteProtocolError"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_answer_of_a_registry_is_an_error(case: str) -> None:
    """The reason says what is wrong, within the time and the size."""
    content, reason = BAD[case]
    async with registry(lambda _target, _headers: content) as url:
        source = UrlSource(url, TOKEN, seconds=0.2 if content is None else 30.0, most_bytes=100)
        with pytest.raises(SourceError, match=reason) as caught:
            await source.read()
    assert "a-secret" not in str(caught.value)


async def test_an_answer_that_drips_is_cut_off() -> None:
    """The time is that of the whole download."""
    async with registry(lambda _target, _headers: ok(b"x" * 1_000), pause=0.01) as url:
        with pytest.raises(SourceError, match="no answer within"):
            await UrlSource(url, seconds=0.3).read()


async def test_nobody_listens() -> None:
    """As with every other failure, the message has the reason."""
    async with registry(lambda _target, _headers: b"") as url:
        pass
    with pytest.raises(SourceError, match="ConnectError"):
        await UrlSource(url).read()


@pytest.mark.parametrize("url", ["http://registry.example/x", "ftp://x/y", "https://name:word@x/y", "x://"])
def test_a_url_that_is_not_secure_is_refused(url: str) -> None:
    """Whoever can change a supergraph on its way can have customers' tokens sent anywhere."""
    with pytest.raises(ValueError, match=r"https|names"):
        UrlSource(url)


def test_the_loopback_interface_needs_no_tls() -> None:
    """A sidecar may fetch the supergraph."""
    options: Any = [
        "http://127.0.0.1:1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "https://registry.example/x",
    ]
    assert all(UrlSource(option) for option in options)
