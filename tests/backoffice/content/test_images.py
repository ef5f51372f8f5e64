"""Uploads are re-encoded: only the pixels of a sound PNG, JPEG or WebP go through, and are served."""

import io
import struct
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image, PngImagePlugin

from backoffice.content.image_conversion import MAX_BYTES, ImageRefused, reencode
from backoffice.content.images import add_image
from foundation.storage.settings import DatabaseSettings
from furlong.serve.site import create_site
from furlong.serve.site_feature import IMAGES
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from subgraphs.kit.settings import SessionSettings
from tests.support.office.backoffice_fixture import NOW, backoffice_database


def picture(kind: str, size: tuple[int, int] = (640, 320), mode: str = "RGB", **options: object) -> bytes:
    """Return an image file."""
    written = io.BytesIO()
    Image.new(mode, size, "teal").save(written, format=kind, **options)
    return written.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_sound_images_keep_their_size_and_type(kind: str) -> None:
    """The same upload gives the same bytes, and so the same name."""
    image = reencode(picture(kind))
    assert (image.media_type, image.width, image.height) == (f"image/{kind.lower()}", 640, 320)
    assert reencode(picture(kind)) == image
    with Image.open(io.BytesIO(image.data)) as opened:
        assert opened.size == (640, 320)


def test_metadata_are_dropped() -> None:
    """Texts, places and profiles of the upload are not in what is served."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(2)</script>"
    for upload in (
        picture("PNG", pnginfo=info),
        picture("JPEG", exif=exif),
        picture("WEBP", exif=exif.tobytes()),
    ):
        assert b"script" in upload
        assert b"script" not in reencode(upload).data


def test_wide_images_are_scaled_down() -> None:
    """No customer downloads more pixels than the bet-slip can show."""
    image = reencode(picture("JPEG", (4000, 1000)))
    assert (image.width, image.height) == (1600, 400)


def test_a_photo_is_turned_as_the_camera_meant() -> None:
    """The orientation is in the metadata, which are dropped."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = reencode(picture("JPEG", (640, 320), exif=exif))
    assert (image.width, image.height) == (320, 640)


def test_grey_of_16_bits_keeps_its_levels() -> None:
    """Black, a middle grey and white, and the level that is transparent."""
    image = Image.new("I;16", (3, 1))
    for place, level in enumerate((0, 32_896, 65_535)):
        image.putpixel((place, 0), level)
    for clear in (None, 32_896):
        written = io.BytesIO()
        image.save(written, "PNG", transparency=clear) if clear else image.save(written, "PNG")
        with Image.open(io.BytesIO(reencode(written.getvalue()).data)) as opened:
            pixels = [opened.convert("RGBA").getpixel((place, 0)) for place in range(3)]
        middle = (128, 128, 128, 0 if clear else 255)
        assert pixels == [(0, 0, 0, 255), middle, (255, 255, 255, 255)]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=str)
def test_a_jpeg_that_was_cut_short_is_refused(options: dict[str, object]) -> None:
    """Wherever it was cut: by its end alone, its decoder would draw the rest in grey.

    What the noise happens to be decides whether its decoder minds by itself.
    """
    written = io.BytesIO()
    Image.effect_noise((320, 160), 60).convert("RGB").save(written, "JPEG", **options)
    upload = written.getvalue()
    assert reencode(upload).width == 320
    data = upload.index(b"\xff\xda")
    for size in range(data + 20, len(upload) - 2, (len(upload) - data) // 20):
        with pytest.raises(ImageRefused, match=r"not complete|not a valid JPEG"):
            reencode(upload[:size] + b"\xff\xd9")
        with pytest.raises(ImageRefused, match="cut short"):
            reencode(upload[:size])


def bomb() -> bytes:
    """Return a PNG of a few hundred bytes whose header names 900 million pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 30_001)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


REFUSED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><script>alert(1)</script>",
    "gif": picture("GIF"),
    "empty": b"",
    "huge": b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_BYTES,
    "bomb": bomb(),
    "png and zip": picture("PNG") + b"PK\x03\x04<script>",
    "png and png": picture("PNG") + picture("PNG"),
    "jpeg and html": picture("JPEG") + b"<script>alert(1)</script>",
    "webp and html": picture("WEBP") + b"<script>alert(1)</script>",
    "cut off": picture("PNG")[:60],
    "cut off jpeg": picture("JPEG")[:200] + b"\xff\xd9",
    "header alone": b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
    "animated": picture(
        "WEBP", save_all=True, append_images=[Image.new("RGB", (640, 320), "red")], duration=9
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused(name: str) -> None:
    """Whatever else a file is or holds, the answer is a refusal in words, never an error of the decoder."""
    with pytest.raises(ImageRefused):
        reencode(REFUSED[name])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_damaged_images_are_refused_or_drawn(kind: str) -> None:
    """A flipped byte anywhere is never more than a refusal."""
    upload = picture(kind, (64, 64))
    for place in range(0, len(upload), 7):
        damaged = bytearray(upload)
        damaged[place] ^= 0xFF
        try:
            reencode(bytes(damaged))
        except ImageRefused:
            continue


async def test_images_of_content_are_public_and_never_change(tmp_path: Path) -> None:
    """By their hash only: cached for good, never taken for a page, and known again without being sent."""
    url, image = f"sqlite+aiosqlite:///{tmp_path}", reencode(picture("PNG"))
    async with backoffice_database(url) as own, own.write() as connection:
        await add_image(connection, image, "Ann", NOW)
    sessions = SessionSettings(secret="k" * 48, issuer="tests", audience="furlong")
    site = create_site(
        subgraph_parts(DatabaseSettings(url=url), sessions=sessions), gateway=GatewaySettings()
    )
    async with (
        site.router.lifespan_context(site),
        httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://site.test") as client,
    ):
        path = f"{IMAGES}/{image.hash}"
        found = await client.get(path)
        assert (found.status_code, found.content) == (200, image.data)
        assert (found.headers["content-type"], found.headers["x-content-type-options"]) == (
            "image/png",
            "nosniff",
        )
        assert "immutable" in found.headers["cache-control"]
        assert "sandbox" in found.headers["content-security-policy"]
        again = await client.get(path, headers={"if-none-match": found.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        others = ("0" * 64, image.hash.upper(), f"{image.hash}.png", "..%2F..%2Fbackoffice.sqlite", "")
        assert [(await client.get(f"{IMAGES}/{name}")).status_code for name in others] == [404] * len(others)
        assert (await client.post(path)).status_code == 405
