"""Uploads are decoded in a process of their own, one at a time, with bounds on its time and memory."""

import asyncio
import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from backoffice.content import image_conversion
from backoffice.content.image_conversion import (
    MAX_BYTES,
    MAX_WAITING,
    ImageConversion,
    ImageRefused,
    StoredImage,
    reencode,
)

pytestmark = pytest.mark.usefixtures("processes")


def large_and_empty() -> bytes:
    """Return a file of two kilobytes that decodes to sixteen million pixels."""
    written = io.BytesIO()
    Image.new("1", (4000, 4000)).save(written, format="PNG", optimize=True)
    return written.getvalue()


def children() -> int:
    """Return how many processes this one has started that have not ended."""
    return len(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


async def test_many_small_files_with_many_pixels_wait_for_one_another() -> None:
    """One is decoded at a time, a few wait, and the others are told to come again; this process goes on."""
    upload, images = large_and_empty(), ImageConversion()
    assert len(upload) < 3_000
    most = 0

    async def count() -> None:
        nonlocal most
        while True:
            most = max(most, children())
            await asyncio.sleep(0.01)

    before = children()
    counting = asyncio.create_task(count())
    results = await asyncio.gather(*(images.convert(upload) for _ in range(16)), return_exceptions=True)
    counting.cancel()
    stored = [result for result in results if isinstance(result, StoredImage)]
    assert stored == [reencode(upload)] * (MAX_WAITING + 1)
    refused = [str(each) for each in results if isinstance(each, ImageRefused)]
    assert refused == ["other images are being converted: upload it again in a minute"] * (15 - MAX_WAITING)
    assert most == before + 1
    assert images.waiting == 0


async def test_what_is_wrong_with_a_file_is_told() -> None:
    """A refusal reads as it does without the process."""
    images = ImageConversion()
    with pytest.raises(ImageRefused, match="only PNG, JPEG and WebP"):
        await images.convert(b"<svg onload=alert(1)>")
    with pytest.raises(ImageRefused, match="at most"):
        await images.convert(b"\0" * (MAX_BYTES + 1))


async def test_a_decoder_that_takes_too_much_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a decoder does, it does it within the limits, and the upload is refused."""
    greedy = f"""
import sys
from backoffice.content import image_conversion
image_conversion.reencode = lambda upload: bytes({image_conversion.MEMORY_BYTES})
image_conversion.main()
"""
    monkeypatch.setattr(image_conversion, "PROGRAM", (sys.executable, "-c", greedy))
    with pytest.raises(ImageRefused, match="too much memory or time"):
        await ImageConversion().convert(large_and_empty())


async def test_an_upload_nobody_waits_for_is_not_decoded_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who closes the connection ends the process too, and the next one has its turn."""
    monkeypatch.setattr(image_conversion, "PROGRAM", (sys.executable, "-c", "import time; time.sleep(600)"))
    images = ImageConversion()
    waiting = asyncio.create_task(images.convert(large_and_empty()))
    await asyncio.sleep(0.2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    monkeypatch.undo()
    assert await images.convert(large_and_empty()) == reencode(large_and_empty())
