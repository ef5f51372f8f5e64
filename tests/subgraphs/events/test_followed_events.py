"""Whatever happens in whatever order, a page that follows events shows in the end what `event` answers."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.events.own_ids import offer_id
from tests.support.events.pages import BRAND, MARKETS, Page, Selected
from tests.support.events.processes import Process, Processes, event_processes
from tests.support.events.told import board, fixture, gone, market, stats, status
from tests.support.examples import examples
from tests.support.subgraphs.club_fixture import session

PROVIDERS: Final = ("exchange", "feed")
ITEMS: Final = ("1", "2")
IDS: Final = [f"{BRAND}:{offer_id(provider, item)}" for provider in PROVIDERS for item in ITEMS]
SELECTIONS: Final = (
    MARKETS,
    Selected(
        "id status score markets(first: 1) { line status selections { odds { milli } } event { name } }"
    ),
    Selected(
        "...Named alias: id statistics { name home }",
        "kind: __typename position image ...More",
        "sport { name competitions { name } }",
        "fragment Named on Event { __typename id name }"
        " fragment More on EventsUpdate { events { sport { name competitions { name } } } }",
    ),
    Selected(
        "id markets(first: $first) @include(if: $priced) { status selections { status } }"
        " ... @skip(if: $priced) { name }",
        variables={"first": 2, "priced": True},
    ),
)
LANGUAGES: Final = ("en-GB", "de", "en-US")
Step: TypeAlias = tuple[str, int, int]
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("market", "market", "market", "fixture", "status", "board", "stats", "later", "store"),
                *("tail", "tail", "lose", "settle", "settle", "take", "close", "open", "open"),
            )
        ),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=40,
)
EXAMPLES: Final = examples(15)
"""Each opens two processes over a new database."""


@settings(max_examples=EXAMPLES, deadline=None)
@given(steps=STEPS)
def test_pages_show_what_is_asked_for(steps: Sequence[Step]) -> None:
    """After images, changes, gaps, disconnections and resumptions, by positions, at any of two processes."""
    asyncio.run(_follow(steps))


async def _follow(steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with event_processes(f"sqlite+aiosqlite:///{Path(folder) / 'test'}") as given_processes:
            await World(given_processes).run(steps)


class World:
    """Two processes, and pages that follow events at any of them."""

    def __init__(self, given_processes: Processes) -> None:
        self.all = given_processes
        self.block = given_processes.block
        self.all.well = PROVIDERS
        self.boards = 0
        self.pages = [
            Page(
                self._process(number).subgraph,
                IDS[number % 2 :],
                SELECTIONS[number],
                {"accept-language": LANGUAGES[number % len(LANGUAGES)]},
            )
            for number in range(len(SELECTIONS))
        ]

    def _process(self, number: int) -> Process:
        return self.all.processes[number % len(self.all.processes)]

    async def run(self, steps: Sequence[Step]) -> None:
        """Take all steps, let everything arrive, and compare what pages show with what is answered."""
        for provider in PROVIDERS:
            await self._tell("status", (provider, ""), 1)
            for item in ITEMS:
                await self._tell("fixture", (provider, item), 1)
                await self._tell("market", (provider, item), 1)
        for number, page in enumerate(self.pages):
            page.subgraph = self._process(number).subgraph
            await page.open()
        await self.all.settle()
        await self.all.settle()
        for page in self.pages:
            await page.take()
        for step in steps:
            await self._take(*step)
        for page in self.pages:
            if not page.is_open:
                await page.open()
        await self.all.settle()
        for page in self.pages:
            await page.take()
            await self._compare(page)
        for page in self.pages:
            await page.close()

    async def _take(self, kind: str, which: int, number: int) -> None:
        process, page = self._process(number), self.pages[which]
        match kind:
            case "later":
                self.block.later(seconds=number)
            case "store":
                await self.all.topic.store(number + 1)
            case "tail":
                process.tail(which + 1)
            case "lose":
                process.lose(f"g-{1 + which // 3}")
            case "settle":
                await process.subgraph.book.settle()
            case "take":
                await page.take()
            case "close":
                await page.close()
            case "open" if not page.is_open:
                page.subgraph = process.subgraph
                await page.open(by_header=which % 2 == 0)
            case "market" | "fixture" | "status" | "board" | "stats":
                await self._tell(kind, (PROVIDERS[which % 2], ITEMS[which // 2]), number)

    async def _tell(self, kind: str, key: tuple[str, str], number: int) -> None:
        chance = Random(f"{key} {number}")  # noqa: S311 - repeatable
        match kind:
            case "market" if number == 0:
                self.all.topic.send(gone("market", *key))
            case "market":
                odds, now = chance.choice((2000, 2100)), self._now()
                self.all.topic.send(market(*key, key[1], odds, revision=number, occurred_at=now))
            case "fixture" if number == 0:
                await self.block.apply(gone("fixture", *key))
            case "fixture":
                sides, state = (
                    ("Arsenal", f"Chelsea {key[1]}"),
                    chance.choice(("scheduled", "live", "finished")),
                )
                await self.block.apply(fixture(*key, *sides, revision=number, status=state))
            case "status":
                told = status(key[0], at=self.block.clock.machine.now(), complete=number > 0)
                await self.block.apply(told)
                await self.block.upkeep.round()
            case "board":
                self.boards += 1
                placement = {"hidden": number % 2 == 0, "names": {"de": "Spiel"} if number > 2 else {}}
                entry = {"scope": "event", "id": offer_id(*key), "placements": [placement]}
                await self.block.apply(board(self.boards, BRAND, entry))
            case "stats":
                await self.block.apply(stats(*key, number + 1, corners=(number, 2)))

    def _now(self) -> str:
        return self.block.clock.machine.now().isoformat().replace("+00:00", "Z")

    async def _compare(self, page: Page) -> None:
        for event_id in page.ids:
            asked = await self._asked(page, event_id)
            update = page.shown.get(event_id if asked is None else asked["id"])
            assert page.faults == []
            if asked is not None:
                assert update == json.dumps(asked), page.selected
            elif update is not None:  # it came a last time
                assert json.loads(update).get("status", "SUSPENDED") in {"SUSPENDED", "FINISHED"}
                assert '"OPEN"' not in update

    async def _asked(self, page: Page, event_id: str) -> Any:
        query, variables = page.selected.query, {"id": event_id, **page.selected.variables}
        if page.selected.more:
            query += " fragment Named on Event { __typename id name }"
        answer = await page.subgraph.execute(query, variables, None, session(None) | page.headers)
        assert "errors" not in answer, answer
        return answer["data"]["event"]
