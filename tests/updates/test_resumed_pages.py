"""A page that comes back shows what the book has, at whichever gateway, over whatever protocol."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from subgraphs.events.own_ids import offer_id
from tests.support.events.pages import BRAND
from tests.support.events.processes import Process
from tests.support.events.told import fixture, market, status
from tests.support.gateway.positioned_streams import PROTOCOLS
from tests.support.long_form import LONG_FORM
from tests.support.unshrunk import UNSHRUNK
from tests.updates.resuming_pages import TURNS, Gateways, ResumingPage, gateways, prices

PROVIDER: Final = "exchange"
ITEMS: Final = ("1", "2", "3")
IDS: Final = [f"{BRAND}:{offer_id(PROVIDER, item)}" for item in ITEMS]
FOLLOWED: Final = ("1", "1", "3")
"""A match that each page follows."""

LEAST_ODDS, STEP = 2_000, 100
Step: TypeAlias = tuple[str, int, int, int]
KINDS: Final = (
    *("change", "change", "change", "missed", "missed", "equal", "suspend", "end", "report"),
    *("hear", "hear", "busy", "busy", "store", "gap", "later", "later", "close", "open", "open", "open"),
)
STEPS: Final = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 3), st.integers(0, 5)), max_size=30
)
EXAMPLES: Final = 300 if LONG_FORM else 20
"""Each serves two gateways over a new database."""


BEHIND_A_GAP: Final[Sequence[Step]] = (
    *(("hear", 1, 0, 0), ("gap", 2, 3, 2), ("end", 2, 2, 1), ("end", 0, 3, 1), ("busy", 1, 0, 3)),
    *(("end", 0, 3, 1), ("later", 1, 3, 2), ("end", 0, 3, 1)),
)
"""A page leaves with what a process has heard behind a gap, and comes back to one that has heard less."""


@settings(max_examples=EXAMPLES, deadline=None, phases=UNSHRUNK)
@example(steps=[("hear", 0, 0, 0), ("change", 0, 0, 0), *BEHIND_A_GAP])
@example(steps=[("change", 2, 2, 1), ("change", 0, 2, 1), *BEHIND_A_GAP])
@given(steps=STEPS)
def test_a_page_that_comes_back_shows_what_the_book_has(steps: Sequence[Step]) -> None:
    """After each step, all that its process knows, and never an older price; in the end, the last prices."""
    asyncio.run(_play(steps))


async def test_a_page_that_is_never_told_is_found_out_soon(tmp_path: Path) -> None:
    """By turns of the loop, not by minutes: what fails is told within them."""
    async with gateways(tmp_path) as served:
        page = ResumingPage(IDS, served.all[0])
        await page.open(page.gateway, PROTOCOLS[0], by_argument=False)
        turns = 0

        def never() -> bool:
            nonlocal turns
            turns += 1
            return False

        with pytest.raises(AssertionError, match="it shows"):
            await page._until(never)
        assert turns == TURNS
        await page.close()


async def _play(steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with gateways(Path(folder)) as served:
            world = World(served)
            try:
                await world.run(steps)
            finally:
                for page in world.pages:
                    await page.close()


class World:
    """Three matches with a market each, two processes that hear of them, and pages."""

    def __init__(self, served: Gateways) -> None:
        self.gateways = served.all
        self.all = served.processes
        self.block, self.topic = served.processes.block, served.processes.topic
        self.odds, self.revisions = dict.fromkeys(ITEMS, LEAST_ODDS), dict.fromkeys(ITEMS, 0)
        self.states, self.over = dict.fromkeys(ITEMS, "open"), set[str]()
        self.is_complete = True
        self.pages = [ResumingPage(ids, self.gateways[0]) for ids in (IDS, IDS[:1], IDS[1:])]

    async def run(self, steps: Sequence[Step]) -> None:
        """Take all steps, let everything arrive, and compare."""
        await self._report()
        for item in ITEMS:
            await self.block.apply(fixture(PROVIDER, item, f"Home {item}", f"Away {item}"))
            self._send(item)
        await self.block.upkeep.round()
        for number, page in enumerate(self.pages):
            await page.open(self.gateways[number % 2], PROTOCOLS[number], by_argument=False)
        for _ in range(2):
            await self._settle_all()
        for step in steps:
            await self._take(*step)
            for page in self.pages:
                if page.is_open:
                    await page.until_it_shows_the_book()
        for number, page in enumerate(self.pages):
            if not page.is_open:
                await page.open(self.gateways[number % 2], PROTOCOLS[number], by_argument=False)
        await self._settle_all()
        for page in self.pages:
            await page.until_it_shows_the_book()
            await self._compare(page)

    async def _take(self, kind: str, which: int, hearing: int, number: int) -> None:  # noqa: C901 - a list
        item, page, process = ITEMS[which], self.pages[which], self.all.processes[hearing % 2]
        match kind:
            case "change" | "equal" | "suspend":
                self._change(kind, item)
                await self._hear(hearing)
            case "missed":
                # Something of what the page follows changes, and is heard of, while it is closed.
                await page.close()
                self._change("change", FOLLOWED[which])
                await self._hear(3)
                await self._open(which, hearing, number)
            case "busy" if page.is_open:
                # The page goes with what was settled while more came, and comes back once that is settled.
                former = page.gateway.process
                await self._hear_while_settling(former, FOLLOWED[which], number)
                await page.until_it_shows_the_book()
                await page.close()
                await former.subgraph.book.settle()
                await self._open(which, hearing, number)
            case "end":
                self.over.add(item)
                facts: Any = {"status": "finished", "revision": 2}
                await self.block.apply(fixture(PROVIDER, item, f"Home {item}", f"Away {item}", **facts))
            case "report":
                self.is_complete = number > 1
                await self._report()
            case "hear":
                process.tail(number + 1)
                await process.subgraph.book.settle()
            case "store":
                await self.topic.store(number + 1)
            case "gap":
                process.lose()
                await process.subgraph.book.settle()
            case "later":
                await self._later(number)
            case "close":
                await page.close()
            case "open":
                await self._open(which, hearing, number)

    async def _open(self, which: int, hearing: int, number: int) -> None:
        page = self.pages[which]
        if not page.is_open:
            protocol, by_argument = PROTOCOLS[number % 3], number > 2
            await page.open(self.gateways[hearing % 2], protocol, by_argument=by_argument)

    def _change(self, kind: str, item: str) -> None:
        if kind == "suspend":
            self.states[item] = "suspended" if self.states[item] == "open" else "open"
        elif kind == "change":
            self.odds[item] += STEP
        self._send(item)

    def _send(self, item: str) -> None:
        """Tell a market as it is; its odds only rise."""
        self.revisions[item] += 1
        facts: Any = {"revision": self.revisions[item], "status": self.states[item]}
        self.topic.send(market(PROVIDER, item, item, self.odds[item], **facts))

    async def _hear(self, hearing: int) -> None:
        """Let some processes hear all that was told: the first, the second, or both."""
        for number, process in enumerate(self.all.processes):
            if hearing >> number & 1:
                process.tail()
                await process.subgraph.book.settle()

    async def _hear_while_settling(self, process: Process, item: str, moment: int) -> None:
        """Let a process hear of a change while it settles one of before."""
        self._change("change", item)
        process.tail()
        settling = asyncio.create_task(process.subgraph.book.settle())
        while process.subgraph.book.renewal._told and not settling.done():  # noqa: ASYNC110 - then it encodes
            await asyncio.sleep(0)
        for _ in range(moment):
            await asyncio.sleep(0)
        self._change("change", item)
        process.tail()
        await settling

    async def _later(self, seconds: int) -> None:
        self.block.later(seconds=seconds)
        await self._report()
        for process in self.all.processes:
            await process.subgraph.book.settle()

    async def _report(self) -> None:
        told = status(PROVIDER, at=self.block.clock.machine.now(), complete=self.is_complete)
        await self.block.apply(told)
        await self.block.upkeep.round()

    async def _settle_all(self) -> None:
        """Let all that was told arrive everywhere."""
        for process in self.all.processes:
            process.tail()
        await self.topic.store()
        for _ in range(3):
            await self._later(3)

    async def _compare(self, page: ResumingPage) -> None:
        """Compare a page with what is answered, and with what was told last."""
        for event_id, item in zip(IDS, ITEMS, strict=True):
            if event_id not in page.ids:
                continue
            asked, shown = await page.gateway.asked(event_id), page.shown.get(event_id)
            if asked is not None:
                assert shown == asked
                assert [*prices(shown).values()] == [self.odds[item]]
                is_open = self.states[item] == "open" and self.is_complete and item not in self.over
                assert is_open or '"OPEN"' not in json.dumps(shown)
            elif shown is not None:
                assert '"OPEN"' not in json.dumps(shown)
