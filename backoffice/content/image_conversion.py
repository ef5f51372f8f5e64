"""Re-encodes uploaded images in a process of their own, one at a time.

A small file may decode to many pixels. Only these are kept, without metadata or hidden data.
"""

import asyncio
import hashlib
import io
import json
import os
import resource
import struct
import sys
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from PIL import Image, ImageMath, ImageOps, UnidentifiedImageError

MAX_BYTES: Final = 5 * 2**20
MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 8000
SHOWN_WIDTH: Final = 1600
"""Wider images are scaled down: the bet-slip shows none wider than 640 points at twice the density."""

MEDIA_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_PNG, _IEND = b"\x89PNG\r\n\x1a\n", b"IEND"
_EOI: Final = b"\xff\xd9"
_NOISE: Final = b"".join(
    bytes.fromhex("a55ac3961e78d2b4") * 8 + bytes((0xFF, 0xD0 + marker)) for marker in range(8)
)
"""Compressed data of no image, between the markers from which a decoder goes on."""


class ImageRefused(ValueError):
    """The upload is not an image that may be published; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image as it is served.

    Attributes:
        hash: The SHA-256 of `data`, in hexadecimal: its name.
        width: In pixels, as `height`.
    """

    hash: str
    media_type: str
    width: int
    height: int
    data: bytes


def reencode(upload: bytes) -> StoredImage:
    """Return an upload as a PNG, JPEG or WebP of its pixels alone: without metadata, profiles or appendices.

    Takes up to a second of processor time and some 200 MB: `conversion` has a process for it.

    Raises:
        ImageRefused: Too large, of another type, animated, broken, cut short, or with anything after its end.
    """
    kind = check_format(upload)
    try:
        with Image.open(io.BytesIO(upload), formats=[kind]) as opened:
            _check(opened)
            opened.load()
            if kind == "JPEG":
                _check_complete(upload, opened)
            pixels = _upright(opened)
    except ImageRefused:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        zlib.error,
    ) as broken:
        raise ImageRefused(f"the file is not a valid {kind} image") from broken
    return _encoded(pixels, kind)


def check_format(upload: bytes) -> str:
    """Return the format by the first bytes, if the file also ends where the image does.

    Raises:
        ImageRefused: It is of another format, too long, or has something after its end.
    """
    if len(upload) > MAX_BYTES:
        raise ImageRefused(f"the file has {len(upload)} bytes, at most {MAX_BYTES}")
    if upload.startswith(_PNG):
        kind, ends = "PNG", upload[-8:-4] == _IEND and upload.count(_IEND) == 1
    elif upload.startswith(b"\xff\xd8\xff"):
        kind, ends = "JPEG", upload.endswith(_EOI)
    elif upload[:4] == b"RIFF" and upload[8:12] == b"WEBP":
        kind, ends = "WEBP", int.from_bytes(upload[4:8], "little") + 8 == len(upload)
    else:
        raise ImageRefused("only PNG, JPEG and WebP images are published; SVG and others are not")
    if not ends:
        raise ImageRefused(
            f"the file does not end where its {kind} image does: it was cut short, or something follows it"
        )
    return kind


def _check(image: Image.Image) -> None:
    """Check what the header says, before any pixel is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageRefused(f"{width} by {height} pixels are too many: at most {MAX_PIXELS // 10**6} million")
    if getattr(image, "n_frames", 1) > 1:
        raise ImageRefused("animated images are not published")


def _check_complete(upload: bytes, image: Image.Image) -> None:
    """Check that a JPEG has all its pixels.

    Its decoder draws what is missing in grey, and says nothing. It goes on with noise before the end, if any
    pixel is missing, and draws something else; after the last pixel it ignores the noise. A progressive image
    that ends between two of its scans is whole, and coarse.

    Raises:
        ImageRefused: The file was cut short.
    """
    with Image.open(io.BytesIO(upload.removesuffix(_EOI) + _NOISE + _EOI), formats=["JPEG"]) as again:
        if again.tobytes() != image.tobytes():
            raise ImageRefused("the image is not complete: upload the whole file")


def _upright(image: Image.Image) -> Image.Image:
    """Return a copy of the pixels: rotated as Exif says, as RGB or RGBA, at most `SHOWN_WIDTH` wide."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I"):
        turned = _in_8_bits(turned)
    clear = turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info
    plain = turned.convert("RGBA" if clear else "RGB")
    if plain.width > SHOWN_WIDTH:
        plain = plain.resize((SHOWN_WIDTH, max(1, round(plain.height * SHOWN_WIDTH / plain.width))))
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_8_bits(image: Image.Image) -> Image.Image:
    """Return a grey image of 16 bits a pixel as L or LA: Pillow's own conversion cuts the levels off."""
    levels, clear = image.convert("I"), image.info.get("transparency")
    grey: Image.Image = ImageMath.lambda_eval(
        lambda of: of["convert"](of["levels"] / 257, "L"), levels=levels
    )
    if clear is None:
        return grey
    seen: Image.Image = ImageMath.lambda_eval(
        lambda of: of["convert"]((of["levels"] != clear) * 255, "L"), levels=levels
    )
    return Image.merge("LA", (grey, seen))


def _encoded(pixels: Image.Image, kind: str) -> StoredImage:
    kind = "PNG" if kind == "JPEG" and pixels.mode == "RGBA" else kind
    options = {"PNG": {"optimize": True}, "JPEG": {"quality": 85}, "WEBP": {"quality": 85, "method": 4}}[kind]
    written = io.BytesIO()
    pixels.save(written, format=kind, **options)  # type: ignore[arg-type]
    data = written.getvalue()
    return StoredImage(hashlib.sha256(data).hexdigest(), MEDIA_TYPES[kind], pixels.width, pixels.height, data)


MEMORY_BYTES: Final = 2**30
"""The address space of the process: the largest image that is accepted needs a third of it."""
PROCESSOR_SECONDS: Final = 20
MAX_WAITING: Final = 8
"""How many uploads wait for their turn; each may keep some megabytes in memory."""
PROGRAM: Final = (sys.executable, "-m", "backoffice.content.image_conversion")


@dataclass(slots=True)
class ImageConversion:
    """The queue in front of the process.

    Attributes:
        waiting: How many uploads wait or are being converted.
    """

    waiting: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def convert(self, upload: bytes) -> StoredImage:
        """Return an upload as `reencode` does.

        Raises:
            ImageRefused: It is no image that may be published, or too many others wait.
        """
        check_format(upload)  # what is no image at all does not wait for a turn
        if self.waiting > MAX_WAITING:
            raise ImageRefused("other images are being converted: upload it again in a minute")
        self.waiting += 1
        try:
            async with self._turn:
                return await _in_process(upload)
        finally:
            self.waiting -= 1


async def _in_process(upload: bytes) -> StoredImage:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*PROGRAM, stdin=pipe, stdout=pipe)
    try:
        output, _ = await process.communicate(upload)
    finally:
        if process.returncode is None:  # nobody waits for the upload any more
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ImageRefused("it needs too much memory or time to decode")
    said, _, data = output.partition(b"\n")
    about = json.loads(said)
    if "refused" in about:
        raise ImageRefused(about["refused"])
    return StoredImage(**about, data=data)


def _limit_this_process() -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    if sys.platform == "linux":  # elsewhere a process begins with more
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> None:
    """Read an upload from standard input; write what it is in a line of JSON, and then its bytes."""
    _limit_this_process()
    about: dict[str, Any]
    try:
        about = asdict(reencode(sys.stdin.buffer.read()))
    except ImageRefused as refused:
        about = {"refused": str(refused), "data": b""}
    data = about.pop("data")
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + data)


if __name__ == "__main__":
    main()
