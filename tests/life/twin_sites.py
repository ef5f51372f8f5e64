"""A site that keeps answers, and its twin that keeps none, over the same subgraphs: both say the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, product
from pathlib import Path
from typing import Final
from unittest.mock import patch

import httpx
from starlette.applications import Starlette

from backoffice.support.privacy.customer_data import ERASURES
from furlong.neighbours import NEIGHBOURS
from furlong.serve import site as serving
from furlong.serve.site import create_site
from gateway import GatewaySettings, version_builder
from subgraphs.club.models import GLOBAL_STATE
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.event_bus import MemoryBus
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.life.whole_product import BRAND, CUSTOMER, SUPERGRAPH, WEEK, Product, running_product, written
from tests.support.consumers.sample_messages import reward, scheme
from tests.support.gateway.site_streams import BETSLIP
from tests.support.subgraphs.club_fixture import make_token, session_settings
from tests.support.subgraphs.club_samples import make_content
from tests.support.subgraphs.kill_switch import turn

MINUTE: Final = timedelta(minutes=1)
BETS: Final = """query ($brand: ID!) { club(brand: $brand) {
  progress { staked { minor } recentBets(first: 3) { betId reason counted { minor } } } } }"""
MEMBER: Final = "query ($brand: ID!) { club(brand: $brand) { paused membership { optedIn since pending } } }"
RECENT: Final = "query ($brand: ID!) { recentClubs(brand: $brand) { week { isoWeek } state } }"
NAMED: Final = f"""query ($brand: ID!) {{ club(brand: $brand, week: "{WEEK}") {{
  week {{ state }} state choice {{ locked }} fulfilment {{ status }} }} }}"""
DOCUMENTS: Final = (BETSLIP, BETS, MEMBER, RECENT, NAMED)
CUSTOMERS: Final = (CUSTOMER, "c-unknown", None)
LANGUAGES: Final = ("en-GB", "de")

EVENTS: Final = (
    *("join", "leave", "choose", "join elsewhere", "leave elsewhere", "choose elsewhere"),
    *("bet", "small bet", "whole bet", "void", "exclude", "suspend", "restore", "erase"),
    *("rules", "offer", "end of offer", "content", "content soon", "pause", "resume"),
    *("second", "minute", "day", "lock", "eve", "end", "close", "keep"),
)


@dataclass
class TwinSites:
    """The product with a site that keeps answers, and its twin.

    Attributes:
        twin: Asks a gateway that keeps nothing, over the same subgraphs, and so over the same public data.
        other: Asks another process: a site with subgraphs of its own over the same databases.
        compared: How many answers were compared.
    """

    product: Product
    twin: httpx.AsyncClient
    other: httpx.AsyncClient
    numbers: "count[int]"
    compared: int = 0

    async def live(self, event: str) -> None:
        """Let something happen, and compare all answers."""
        clock = self.product.clock
        if event != "second":
            clock.instant += timedelta(seconds=7)
        await self._happen(event, next(self.numbers))
        await self.compare(event)

    async def compare(self, event: str) -> None:
        """Compare all answers."""
        for customer, language, document in product(CUSTOMERS, LANGUAGES, DOCUMENTS):
            await self._compare(event, document, customer, language)

    async def _compare(self, event: str, document: str, customer: str | None, language: str) -> None:
        """Ask directly before and after the twin: public data may be read anew at any time."""
        mine, headers = self.product.client, {"accept-language": language}
        if customer is not None:
            headers["authorization"] = f"Bearer {make_token(customer)}"
        body = {"query": document, "variables": {"brand": BRAND}}
        before = await mine.post("/graphql", json=body, headers=headers)
        right = await self.twin.post("/graphql", json=body, headers=headers)
        after = await mine.post("/graphql", json=body, headers=headers)
        assert right.content in {before.content, after.content}, (event, right.text, before.text, after.text)
        self.compared += 1

    async def _happen(self, event: str, number: int) -> None:
        product = self.product
        own, where = product.client, event.partition(" elsewhere")
        if where[1]:
            product.client, event = self.other, where[0]
        try:
            await (
                self._ask(event, number)
                if event in {"join", "leave", "choose"}
                else self._tell(event, number)
            )
        finally:
            product.client = own

    async def _ask(self, event: str, number: int) -> None:
        product = self.product
        match event:
            case "join":
                await product.opt_in()
            case "leave":
                await product.opt_out()
            case _:
                version = (await product.betslip())["choice"]
                known = 0 if version is None else version["version"]
                await product.choose("fb-5" if number % 2 else "fb-2x3", known)

    async def _tell(self, event: str, number: int) -> None:
        product, now = self.product, self.product.clock.now()
        at = written(now)
        match event:
            case "bet" | "whole bet" | "small bet":
                amount = {"bet": 1500, "whole bet": 2500, "small bet": 10}[event]
                await product.hear_of_bet(number, now - MINUTE, amount, occurred_at=at)
            case "void":
                void = {"bet_revision": number + 1, "status": "void", "occurred_at": at}
                await product.hear_of_bet(1, now - MINUTE, 1500, **void)
            case "exclude":
                await product.hear_of_account(number + 2, now, rg_state="self_excluded")
            case "suspend":
                await product.hear_of_account(number + 2, now, status="suspended")
            case "restore":
                await product.hear_of_account(number + 2, now)
            case "erase":
                await self._erase()
            case "rules":
                effective = {"effective_from": "2026-03-01T00:00:00Z", "occurred_at": at}
                await product.say(scheme(version=number + 2, target_minor=2500 + number, **effective))
            case "offer":
                ends = {"effective_to": written(now + 2 * MINUTE), "occurred_at": at}
                await product.say(reward(config_version=number + 2, value_minor=500 + number, **ends))
            case "end of offer":
                product.clock.instant += 3 * MINUTE
            case _:
                await self._operate(event, number)

    async def _operate(self, event: str, number: int) -> None:
        product, clock = self.product, self.product.clock
        match event:
            case "content" | "content soon":
                since = clock.now() + timedelta(seconds=1.5 if "soon" in event else 0)
                content = replace(make_content("fb-5"), title=f"Title {number}")
                async with product.databases["rewards"].write() as connection:
                    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
                    await catalogue.publish(connection, BRAND, content, since)
            case "pause" | "resume":
                await turn(product.databases["club"], GLOBAL_STATE, number + 1, off=event == "pause")
            case "lock":
                week = (await product.betslip())["choice"]
                locks = week and week["locksAt"]
                clock.instant = max(clock.instant, _instant(locks)) if locks else clock.instant
            case "eve" | "end" | "close":
                offset = timedelta(**{"eve": {"seconds": -1}, "end": {}, "close": {"hours": 2}}[event])
                clock.instant = _instant((await product.betslip())["week"]["endsAt"]) + offset
            case "keep":
                await product.keep()
            case "second" | "minute" | "day":
                clock.instant += timedelta(**{f"{event}s": 1})
            case _:
                raise AssertionError(f"nobody knows what {event} is")

    async def _erase(self) -> None:
        product, now = self.product, self.product.clock.now()
        pseudonyms = Pseudonyms.from_settings(product.settings)
        for name, erasure_of in ERASURES.items():
            if name not in product.databases:
                continue
            database = product.databases[name]
            async with database.write() as connection:
                erasure = erasure_of(database.dialect, pseudonyms)
                await erasure.erase(connection, Owner(BRAND, CUSTOMER), now, now)
        await product.forget_published()  # the null values that erase elsewhere: it is done


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@asynccontextmanager
async def twin_sites(folder: Path, now: datetime) -> AsyncIterator[TwinSites]:
    """Run the product with a site that keeps answers, as the product's default is, and its twin."""
    async with running_product(folder, now) as running:
        plain = GatewaySettings(documents={"prepared": 0}, kept_answers={"bytes": 0})
        given = list(running.site.state.subgraphs)
        parts = SubgraphParts(
            running.settings,
            running.upstream_settings,
            SessionVerifier.from_settings(session_settings(), running.clock),
            running.clock,
            ReadOptions(),
            bus=MemoryBus(is_complete=True),
            neighbours=NEIGHBOURS,
        )
        with patch.object(version_builder, "load_supergraph", SUPERGRAPH):
            other = create_site(parts, gateway=GatewaySettings(documents={"prepared": 0}))
            with patch.object(serving, "create_subgraph", lambda _name, _parts: given.pop(0)):
                twin = create_site(parts, gateway=plain)
        async with serving_client(other) as elsewhere, serving_client(twin) as same:
            yield TwinSites(running, same, elsewhere, count(1))


@asynccontextmanager
async def serving_client(site: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a site to a client in this process."""
    async with site.router.lifespan_context(site):
        transport = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=transport, base_url="http://furlong.test") as client:
            yield client


async def counted(client: httpx.AsyncClient) -> dict[str, float]:
    """Return what became of the kept answers of a site, by result."""
    lines = (await client.get("/metrics")).text.splitlines()
    found = (line.partition('furlong_gateway_kept_answers_total{result="')[2] for line in lines)
    return {name: float(value) for name, _, value in (each.partition('"} ') for each in found if each)}
