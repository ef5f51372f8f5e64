"""Re-encodes uploads in a process of their own, one at a time: a small file may decode to many pixels."""

import asyncio
import json
import os
import resource
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from backoffice.content.images.reencoding import ImageRefused, StoredImage, check_format, reencode

MEMORY_BYTES: Final = 2**30
"""The address space of the process: the largest image that is accepted needs a third of it."""
PROCESSOR_SECONDS: Final = 20
MAX_WAITING: Final = 8
"""How many uploads wait for their turn; each may keep some megabytes in memory."""
PROGRAM: Final = (sys.executable, "-m", "backoffice.content.images.conversion")


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
