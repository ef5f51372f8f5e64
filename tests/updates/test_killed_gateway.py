"""A gateway is killed under many open pages and started again: all are live again, and none hurries."""

import asyncio
import re
import signal
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.kit.domain.keys import Owner
from tests.support.browsers.bet_slip_page import Browser, browser
from tests.support.long_form import LONG_FORM
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET, ClubFixture, make_token
from tests.support.subgraphs.club_samples import BRAND
from tests.updates.open_pages import open_pages
from tools.local_chromium import LocalChromium
from tools.server_process import free_port

pytestmark = pytest.mark.usefixtures("web_installed")

PAGES = 200
WITH_SCREENS = 5 if LONG_FORM else 2
KILLS = 5 if LONG_FORM else 1
AWAY_SECONDS = 8.0 if LONG_FORM else 2.0
CUSTOMERS = [f"c-{number}" for number in range(PAGES)]


@dataclass
class Installation:
    """`furlong serve` on a port that it keeps, and its databases."""

    database: DatabaseSettings
    programs: Programs
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Program:
        """Start it, and wait until it serves."""
        program = self.programs.start("serve", "--listen", f"127.0.0.1:{self.port}")

        def is_ready() -> bool:
            assert program.poll() is None, self.programs.logs()
            try:
                return httpx.get(f"{self.url}/ready").status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        eventually(is_ready, "the gateway is ready")
        return program

    def streams(self) -> int:
        """Return how many streams the gateway counts."""
        text = httpx.get(f"{self.url}/metrics").text
        found = re.findall(r"^furlong_gateway_live_connections{.*} (\S+)$", text, re.MULTILINE)
        return round(sum(map(float, found)))


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """New databases with the usual brand and a customer for each page."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    environment = {
        "FURLONG_DATABASE_URL": database.url,
        "FURLONG_UPSTREAM_URL": "http://127.0.0.1:9",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
        "FURLONG_LIVE_REREAD_SECONDS": "3600",
    }
    with programs_in(folder, environment) as programs:
        yield Installation(database, programs)


def perform(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on a thread of its own: Playwright has a loop on this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def change(database: DatabaseSettings, kind: MembershipKind | None) -> None:
    """Let all customers join or leave; None creates everything first."""
    if kind is None:
        await upgrade_databases(database)
    club_fixture = ClubFixture.over(database.url, datetime.now(UTC))
    if kind is None:
        await club_fixture.add_northbet(*CUSTOMERS)
    else:
        for customer in CUSTOMERS:
            await club_fixture.add_membership(Owner(BRAND, customer), (kind, datetime.now(UTC)))
    await club_fixture.close()


def token(customer: str) -> str:
    """Return a session of an hour, the longest that the gateway accepts."""
    now = int(time.time())
    return make_token(customer, iat=now, exp=now + 3600)


def screens(stack: ExitStack, chromium: LocalChromium, url: str) -> list[Browser]:
    """Open some pages with screens, in one browser."""
    first = stack.enter_context(browser(chromium))
    context = first.page.context
    opened = [first, *(Browser(context.browser.new_page()) for _ in range(WITH_SCREENS - 1))]  # type: ignore[union-attr]
    for each, customer in zip(opened, CUSTOMERS, strict=False):
        each.page.goto(url)
        each.page.get_by_test_id("session-token").fill(token(customer))
        each.page.keyboard.press("Enter")
        each.is_in_state("NOT_OPTED_IN")
    return opened


def test_all_pages_are_live_again_without_a_rush(tmp_path: Path, chromium: LocalChromium) -> None:
    """Each page gets the current state from its new stream; their waits are spread over seconds."""
    with installation(tmp_path) as installed, ExitStack() as stack:
        perform(change(installed.database, None))
        gateway = installed.start()
        pages = stack.enter_context(open_pages(tmp_path, f"{installed.url}/graphql"))
        pages.open(map(token, CUSTOMERS))
        pages.until(lambda: len(pages.states) == PAGES, "all pages are live")
        assert set(pages.states.values()) == {"NOT_OPTED_IN"}
        shown = screens(stack, chromium, installed.url)
        for kill in range(KILLS):
            joins = kill % 2 == 0
            pages.forget()
            gateway.send_signal(signal.SIGKILL)
            gateway.wait(30)
            perform(
                change(installed.database, MembershipKind.OPTED_IN if joins else MembershipKind.OPTED_OUT)
            )
            time.sleep(AWAY_SECONDS)
            assert pages.states == {}
            gateway = installed.start()
            returned = time.time()
            present = "TRACKING" if joins else "NOT_OPTED_IN"
            pages.until(lambda: len(pages.states) == PAGES, "all pages are live again")
            print(f"live again after {time.time() - returned:.1f} s: {pages.figures()}")  # noqa: T201 - the figures, with -rP
            assert set(pages.states.values()) == {present}
            for screen in shown:
                screen.is_in_state(present)
            pages.until(lambda: installed.streams() == PAGES + WITH_SCREENS, "no stream is left over")
            away = time.time() - min(pages.asks)
            # A page polls and reconnects with growing waits, so that it asks every other second at most.
            assert len(pages.asks) < PAGES * (2 + away)
            # Pages that come back with all others would have chosen the same few waits.
            assert len(set(pages.waits)) > len(pages.waits) / 2
