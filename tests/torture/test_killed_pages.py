"""Pages follow events while all that serves them is killed: in the end, each shows the last prices.

`FURLONG_TORTURE=1` does so for ten minutes; otherwise one part is killed, which the seed chooses.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from tests.support.long_form import LONG_FORM, seed_of_run
from tests.support.processes.running_furlong import BRAND
from tests.torture.conftest import REPORTS
from tests.torture.followed_pages import FIELDS, FollowingPage, price
from tests.torture.followed_site import GATEWAYS, FollowedSite, followed_site
from tests.torture.moving_prices import MovingPrices, id_of
from tools.private_mariadb import PrivateMariadb

SEED: Final = seed_of_run(7)
SECONDS: Final = 600.0
QUIET_SECONDS: Final = 300.0
PAGES: Final = 500 if LONG_FORM else 60
EVENTS: Final = 200 if LONG_FORM else 60
FOLLOWED: Final = 20
CHANGES_PER_SECOND: Final = 300 if LONG_FORM else 150
DROPPED_PER_SECOND: Final = 10
MAX_PAUSE_SECONDS: Final = 4.0 if LONG_FORM else 1.0
MAX_KILLS: Final = 6
"""How many parts are killed before prices stand still, and all is compared."""

COMMON: Final = 0
"""The event that all pages follow."""

LISTED: Final = f"""query ($after: String) {{ events(brand: "{BRAND}", first: 20, after: $after) {{
  nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("processes"),
    pytest.mark.slow("each part is killed and started again"),
    pytest.mark.timeout(1800),
]


@dataclass
class Torture:
    """The site, its pages, and what prices really are."""

    site: FollowedSite
    prices: MovingPrices
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - repeatable
    kills: Counter[str] = field(default_factory=Counter)
    pages: list[FollowingPage] = field(default_factory=list)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    @asynccontextmanager
    async def open_pages(self) -> AsyncIterator[None]:
        """Keep pages open that follow the common event, and others."""
        others, ports = [id_of(event) for event in range(1, EVENTS)], [*self.site.ports.values()]
        for number in range(PAGES):
            ids = [id_of(COMMON), *self.chance.sample(others, FOLLOWED - 1)]
            self.pages.append(FollowingPage(ids, ports, random.Random(SEED + number)))  # noqa: S311
        self.running = [asyncio.create_task(page.run()) for page in self.pages]
        try:
            yield
        finally:
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)

    async def kill(self, kinds: Iterable[str]) -> float:
        """Kill parts while prices move and pages are dropped; return how long the last prices took."""
        moving = [asyncio.create_task(work) for work in (self.prices.move(CHANGES_PER_SECOND), self._drop())]
        for kind in kinds:
            await asyncio.to_thread(self.site.kills[kind])
            self.kills[kind] += 1
            await asyncio.sleep(self.chance.uniform(0, MAX_PAUSE_SECONDS))
        for task in moving:
            task.cancel()
        await asyncio.to_thread(self.prices.flush)
        return await self.until_all_is_shown("the last prices")

    async def _drop(self) -> None:
        while True:
            await asyncio.sleep(1 / DROPPED_PER_SECOND)
            self.chance.choice(self.pages).drop()

    def rounds(self) -> Iterator[list[str]]:
        """Yield what is killed until prices stand still, again and again in the long form."""
        kinds, begun = sorted(self.site.kills), time.monotonic()
        yield self.chance.sample(kinds, len(kinds) if LONG_FORM else 1)
        while LONG_FORM and time.monotonic() - begun < SECONDS:
            yield self.chance.choices(kinds, k=self.chance.randint(1, MAX_KILLS))

    async def until_all_is_shown(self, what: str) -> float:
        """Wait until each page shows the last prices, and return how many seconds that took."""
        begun = time.monotonic()
        while wrong := await self._wrong():
            if time.monotonic() - begun > QUIET_SECONDS:
                pytest.fail(f"{what}: with seed {SEED}, {wrong[:10]}\n{self.site.programs.logs()[-9000:]}")
            await asyncio.sleep(0.5)
        return time.monotonic() - begun

    async def _wrong(self) -> list[str]:
        """Return what is shown otherwise than it was told last, or than it is answered."""
        for task in self.running:
            if task.done():
                task.result()
        wrong, truth = [], self.prices.truth
        for gateway in GATEWAYS:
            asked = await self._asked(gateway)
            wrong += [
                f"{gateway}: {event_id} is {asked.get(event_id)}, not {last}"
                for event_id, last in truth.items()
                if event_id not in asked or price(asked[event_id]) != last
            ]
        wrong += [
            f"page {number}: {event_id} is {page.shown.get(event_id)}, not {asked.get(event_id)}"
            for number, page in enumerate(self.pages)
            for event_id in page.ids
            if page.shown.get(event_id) != asked.get(event_id)
        ]
        return wrong

    async def _asked(self, gateway: str) -> dict[str, Any]:
        """Return all events as a gateway answers them; none while it does not."""
        address, after = f"http://127.0.0.1:{self.site.ports[gateway]}/graphql", None
        asked = dict[str, Any]()
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                body = {"query": LISTED, "variables": {"after": after}}
                try:
                    answer = (await client.post(address, json=body)).json()["data"]["events"]
                except (httpx.TransportError, KeyError, TypeError, ValueError):
                    return {}
                asked |= {event["id"]: event for event in answer["nodes"]}
                after = answer["pageInfo"]["endCursor"]
                if not answer["pageInfo"]["hasNextPage"]:
                    return asked


@pytest.fixture
def torture(mariadb: PrivateMariadb, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Torture]:
    """Provide the site with new databases, and prices that were told."""
    url = mariadb.fresh_url()
    asyncio.run(upgrade_databases(DatabaseSettings(url=url)))
    with followed_site(tmp_path, url, free_port) as site:
        prices = MovingPrices(site.kafka.bootstrap, EVENTS, SEED)
        prices.begin()
        yield Torture(site, prices)
        prices.close()
    mariadb.drop(url)


async def test_each_page_shows_the_last_prices_after_random_kills(
    torture: Torture, pytestconfig: pytest.Config
) -> None:
    """However often it came back, and wherever; and a market that is suspended then reaches all of them."""
    async with torture.open_pages():
        await torture.until_all_is_shown("the first prices")
        took = [await torture.kill(kinds) for kinds in torture.rounds()]
        await asyncio.to_thread(torture.prices.open)
        await torture.until_all_is_shown("open markets")
        await asyncio.to_thread(torture.prices.suspend, COMMON)
        await torture.until_all_is_shown("a suspended market")
        assert {price(page.shown[id_of(COMMON)])[1] for page in torture.pages} == {"SUSPENDED"}
    counts, faults = Counter[str](), Counter[str]()
    for page in torture.pages:
        counts.update(page.counts)
        faults.update(page.faults)
    pytestconfig.stash.setdefault(REPORTS, []).append(
        f"Killed with seed {SEED}: {dict(torture.kills)}; {PAGES} pages: {dict(counts)}; "
        f"{torture.prices.changes} changes told; {len(took)} times still, and all shown after at most "
        f"{max(took):.1f} s; "
        f"other answers: {dict(faults)}"
    )
