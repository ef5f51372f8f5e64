"""An event loop whose time jumps, as if the process had stood still."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps.

    Attributes:
        stood_still: For how many seconds it has.
    """

    stood_still = 0.0

    def time(self) -> float:
        """The loop's time."""
        return super().time() + self.stood_still

    def stand_still(self, seconds: float) -> None:
        """Let time pass in which nothing runs."""
        self.stood_still += seconds

    @classmethod
    def run(cls, work: Callable[[JumpingLoop], Awaitable[T]]) -> T:
        """Run something in a new loop, and return its result."""
        with asyncio.Runner(loop_factory=cls) as runner:

            async def in_loop() -> T:
                loop = asyncio.get_running_loop()
                assert isinstance(loop, cls)
                return await work(loop)

            return runner.run(in_loop())
