"""Built files: which of their forms a browser gets, and for how long it keeps them."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from foundation.static_files import BuiltFiles, accepted_codings

SCRIPT = b"export const answer = 42;\n" * 40


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as a build leaves it, with a stand-in for what brotli makes."""
    (tmp_path / "assets").mkdir()
    for name in ("assets/page-1a2b.js", "index.html"):
        file = tmp_path / name
        file.write_bytes(SCRIPT)
        Path(f"{file}.br").write_bytes(b"brotli")
        Path(f"{file}.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "small.svg").write_bytes(b"<svg/>")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return tmp_path


async def got(
    folder: BuiltFiles, path: str, accept: str | None = None, tag: str | None = None
) -> httpx.Response:
    """The response to a request with these headers."""
    app = Starlette(routes=[Mount("/", folder)])
    sent = {"accept-encoding": accept, "if-none-match": tag}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://files") as client:
        del client.headers["accept-encoding"]
        return await client.get(path, headers={name: value for name, value in sent.items() if value})


@pytest.mark.parametrize(
    ("accept", "codings"),
    [
        ("", set()),
        ("identity", set()),
        ("gzip", {"gzip"}),
        ("gzip, deflate, br, zstd", {"br", "gzip"}),
        ("GZIP;q=1.0, BR;q=0.5", {"br", "gzip"}),
        ("br;q=0, gzip", {"gzip"}),
        ("br;q=0.000, *", {"gzip"}),
        ("*", {"br", "gzip"}),
        ("*;q=0", set()),
        ("br;q=nonsense", set()),
        (",,;;,=", set()),
    ],
)
def test_a_client_says_what_it_accepts(accept: str, codings: set[str]) -> None:
    """A weight of zero, or one that cannot be read, refuses."""
    assert accepted_codings(accept) == codings


@pytest.mark.parametrize(
    ("accept", "coding"),
    [(None, None), ("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip")],
)
async def test_a_file_is_sent_as_the_build_compressed_it(
    built: Path, accept: str | None, coding: str | None
) -> None:
    """The best form that the client accepts, with the type of the file itself."""
    response = await got(BuiltFiles(built), "/assets/page-1a2b.js", accept)
    assert response.headers.get("content-encoding") == coding
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["vary"] == "accept-encoding"
    if coding != "br":
        assert response.content == SCRIPT


async def test_a_file_that_was_not_compressed_is_sent_as_it_is(built: Path) -> None:
    """It still says that another client may get another form."""
    response = await got(BuiltFiles(built), "/small.svg", "br, gzip")
    assert (response.content, response.headers["vary"]) == (b"<svg/>", "accept-encoding")
    assert "content-encoding" not in response.headers


async def test_hashed_names_are_kept_for_good_and_others_are_asked_for_again(built: Path) -> None:
    """A header of the folder replaces either."""
    files = BuiltFiles(built)
    assert "immutable" in (await got(files, "/assets/page-1a2b.js")).headers["cache-control"]
    assert (await got(files, "/index.html")).headers["cache-control"] == "no-cache"
    own = BuiltFiles(built, headers={"cache-control": "max-age=300"})
    assert (await got(own, "/assets/page-1a2b.js")).headers["cache-control"] == "max-age=300"


async def test_what_a_browser_has_is_not_sent_again(built: Path) -> None:
    """Each form has a tag of its own, so that a client never takes one for the other."""
    files = BuiltFiles(built)
    plain, brotli = [await got(files, "/index.html", accept) for accept in (None, "br")]
    assert plain.headers["etag"] != brotli.headers["etag"]
    again = await got(files, "/index.html", "br", f'"other", W/{brotli.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "accept-encoding"
    assert (await got(files, "/index.html", "br", plain.headers["etag"])).status_code == 200


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/no.js"]
)
async def test_nothing_outside_of_the_folder_is_sent(built: Path, path: str) -> None:
    """However the path is written."""
    response = await got(BuiltFiles(built), path)
    assert (response.status_code, b"secret" in response.content) == (404, False)
