"""Customers of a running demo whom only one test knows: at the site, with money, and perhaps in the club."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from playwright.sync_api import Page, Route

from foundation.storage.clock import SystemClock
from furlong.demo.money.wallets import give_first_money, opened_wallets
from furlong.demo.ready_file import database_in
from furlong.demo.tokens import demo_secret, demo_sessions, make_token
from subgraphs.kit.domain.keys import Owner
from tests.support.consumers.sample_messages import account
from tests.support.processes.running_furlong import BETSLIP, BRAND, Demo, eventually

PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    BRAND: {"jurisdiction": "GB", "currency": "GBP"},
    "lagunabet": {"jurisdiction": "MT", "currency": "EUR"},
}
HALF_WAY: Final = (500, 700)
"""Stakes with which a customer is half way to the target."""
REACHED: Final = (1000, 1000, 750)
"""Stakes with which a customer has reached it."""


@dataclass(frozen=True)
class Newcomers:
    """Makes customers of a demo.

    Attributes:
        demo: The demo, whose tokens have those of the newcomers as well.
    """

    demo: Demo
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, demo: Demo) -> "Newcomers":
        """Return those of a demo, which so far has the customers of its ready file."""
        tokens = dict(demo.site.tokens)
        return cls(replace(demo, site=replace(demo.site, tokens=tokens)), tokens)

    def one(self, brand: str = BRAND) -> str:
        """Return a customer outside the club, who may join it, with the first money of the demo."""
        customer, data = f"n-{uuid4().hex[:10]}", Path(self.demo.facts["data"])
        sessions = demo_sessions(demo_secret(data))
        self._tokens[customer] = make_token(sessions, brand, customer, SystemClock().now())
        told = account(brand_id=brand, customer_id=customer, **PLACES[brand])
        self.demo.site.produce(told.value or b"", key=(told.key or b"").decode(), topic=told.topic)
        eventually(lambda: self._may_join(brand, customer), f"{customer} may join")
        with ThreadPoolExecutor(1) as thread:  # Playwright may have a loop on this one
            thread.submit(asyncio.run, _give_money(data, Owner(brand, customer))).result()
        return customer

    def member(self, *stakes: int) -> str:
        """Return a member of the club, for whom bets with these stakes count."""
        customer, site = self.one(), self.demo.site
        terms = site.club(customer)["terms"]["version"]
        assert site.change("OptIn", customer, termsVersion=terms)["errors"] == []
        bets = [
            site.bet(customer, f"w-{uuid4()}", stake_minor=stake, counting_stake_minor=stake)
            for stake in stakes
        ]
        site.produce(*bets, key=f"{BRAND}:{customer}")
        eventually(lambda: site.staked(customer) == sum(stakes), f"the bets of {customer} count")
        return customer

    def _may_join(self, brand: str, customer: str) -> bool:
        club = self.demo.site.ask(BETSLIP, {"brand": brand}, customer=customer)["data"]["club"]
        return bool(
            club
            and club["membership"]["canOptIn"]
            and club["progress"]
            and club["options"]
            and club["choice"]
        )


async def _give_money(data: Path, owner: Owner) -> None:
    async with opened_wallets([database_in(data)], SystemClock()) as wallets:
        await give_first_money(wallets, [owner])


def offer(page: Page, demo: Demo, *customers: str, brand: str = BRAND) -> None:
    """Let a page, and others of its context, offer these customers before those of the demo."""

    def answer(route: Route) -> None:
        session: dict[str, Any] = route.fetch().json()
        own = [
            {"id": customer, "brand": brand, "token": demo.site.tokens[customer], "note": "new"}
            for customer in customers
        ]
        route.fulfill(json=session | {"customers": [*own, *session["customers"]]})

    page.context.route("**/demo/session", answer)
