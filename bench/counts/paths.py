"""The hot paths, and how each is counted."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from bench.counts.club import Counted, Request, counted_club, use_defaults
from bench.counts.consumer_path import consumer_batch
from bench.counts.counting import Counting
from bench.counts.doubles import StoppedLoop, embedded_databases
from bench.counts.gateway_path import gateway
from bench.counts.office_path import office_page
from bench.counts.site_paths import betslip, live_event

T = TypeVar("T")
HotPath: TypeAlias = Callable[[Counted], AbstractAsyncContextManager[Request]]
PATHS: Final[Mapping[str, HotPath]] = {
    "betslip": betslip,
    "gateway": gateway,
    "consumer_batch": consumer_batch,
    "live_event": live_event,
    "office_page": office_page,
}
WARM_UP: Final = 5
SAME: Final = 3
"""How often the least counts must be seen."""

MOST: Final = 30
"""After how many requests the least counts are taken even if they were seen less often."""


def count_paths(paths: Mapping[str, HotPath]) -> dict[str, Counting]:
    """Count a warm request on each of some paths."""

    async def count(given: Counted) -> dict[str, Counting]:
        return {name: await count_path(path, given) for name, path in paths.items()}

    return in_counted_club(count)


def in_counted_club(work: Callable[[Counted], Coroutine[Any, Any, T]]) -> T:
    """Do work on the loop and in the club that paths are counted in, with the product's default settings."""

    async def run() -> T:
        with tempfile.TemporaryDirectory() as folder, embedded_databases():
            given = await counted_club(Path(folder))
            gc.collect()
            gc.freeze()
            return await work(given)

    use_defaults()
    with asyncio.Runner(loop_factory=StoppedLoop) as runner:
        return runner.run(run())


async def count_path(path: HotPath, given: Counted) -> Counting:
    """Return the least that a warm request takes: what runs beside it can only add to its counts."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StoppedLoop)  # noqa: S101 - `count_paths` runs it
    async with path(given) as request:
        loop.is_stopped = True
        try:
            for _ in range(WARM_UP):
                await request(nullcontext())
            seen: dict[tuple[int, ...], list[Counting]] = {}  # by all totals
            for _ in range(MOST):
                counting = Counting()
                await request(counting)
                totals = tuple(counting.totals.values())
                same = seen.setdefault(totals, [])
                same.append(counting)
                if totals == min(seen) and len(same) == SAME:
                    break
        finally:
            loop.is_stopped = False  # or what ends the path would wait for ever
    return seen[min(seen)][0]
