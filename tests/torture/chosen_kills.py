"""What is killed when, by a seed; and that customers get on meanwhile."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tests.support.long_form import LONG_FORM

SECONDS: Final = 600.0
MAX_PAUSE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 600.0


def chosen(
    parts: Sequence[str],
    seed: int,
    pause: float,
    seconds: float = SECONDS,
    enough: Callable[[], bool] = lambda: True,
) -> Iterator[tuple[str, float]]:
    """Yield what is killed, with a pause after it: one part, and in the long form each, for ten minutes.

    The one part is killed again until it was enough.
    """
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    if not LONG_FORM:
        part = chance.choice(parts)
        yield part, pause
        while not enough():
            yield part, pause
        return
    end, once = time.monotonic() + seconds, set(parts)
    while once or time.monotonic() < end:
        late = time.monotonic() >= end
        part = chance.choice(sorted(once) if late else parts)
        once.discard(part)
        yield part, chance.uniform(0, MAX_PAUSE_SECONDS)


async def progressed(known: Callable[[], int], more: int, work: Sequence[asyncio.Task[Any]]) -> None:
    """Wait until customers know more outcomes than before; fail as soon as one of them does."""
    wanted = known() + more
    async with asyncio.timeout(PATIENCE_SECONDS):
        while known() < wanted:
            for task in work:
                if task.done():
                    await task
            await asyncio.sleep(0.05)
