"""People play in a real browser: a spin and a roll at 360 pixels, by keyboard, in four languages."""

import asyncio
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page, expect

from simulator.casino.catalogue import LANGUAGES
from simulator.casino.words import load_words
from tests.support.browsers.bet_slip_page import Browser, browser
from tests.support.browsers.screen_gallery import faults_of_access
from tests.support.wallet.casino_player import (
    DICE,
    DOUBLING,
    POUND,
    SLOT,
    START,
    CasinoPlayer,
    playing,
)
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.timeout(300)
T = TypeVar("T")


@dataclass
class Table:
    """A player whose providers are served by another thread."""

    player: CasinoPlayer
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something there, and return what comes of it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def url(self, game: str, **members: Any) -> str:
        """Return the address of a game."""
        return self.do(self.player.open(game, **members)).url


@pytest.fixture
def table(tmp_path: Path, processes: None) -> Iterator[Table]:
    """Providers and a wallet behind real sockets."""
    del processes
    ready: Future[Table] = Future()
    ended = threading.Event()

    async def serve() -> None:
        async with playing(tmp_path, seed=5) as player:
            ready.set_result(Table(player, asyncio.get_running_loop()))
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield ready.result(60)
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def visitor(chromium: LocalChromium) -> Iterator[Browser]:
    """A phone of 360 pixels."""
    with browser(chromium, width=360, height=740) as opened:
        yield opened


def framed(url: str) -> tuple[ThreadingHTTPServer, str]:
    """Serve an operator's page with a game in a frame."""

    class Lobby(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            sandbox = 'sandbox="allow-scripts allow-same-origin" style="border:0"'
            frame = f'<iframe title="Game" src="{url}" width="360" height="700" {sandbox}></iframe>'
            self.wfile.write(f'<!doctype html><title>Lobby</title><body style="margin:0">{frame}'.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lobby)
    threading.Thread(target=server.serve_forever).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}/"


def units(page: Page) -> int:
    """Return the balance that a page shows, in 1/100,000."""
    return round(float(re.sub(r"[^0-9.]", "", page.locator("#balance").inner_text())) * POUND)


def wait_for(what: Callable[[], bool], page: Page) -> None:
    """Wait until something holds."""
    for _ in range(300):
        if what():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never does")


def test_a_spin_in_a_frame(table: Table, visitor: Browser) -> None:
    """By keyboard alone: the stake is taken, the outcome is told, and the balance is the wallet's."""
    server, address = framed(table.url(SLOT, lang="en"))
    try:
        visitor.open(address)
        frame = visitor.page.frame_locator("iframe")
        expect(frame.locator("#balance")).to_have_text("£20.00")
        expect(frame.get_by_label("Stake")).to_be_visible()
        frame.get_by_label("Stake").select_option("1")
        frame.get_by_role("button", name="Spin").focus()
        visitor.page.keyboard.press("Enter")
        said = frame.get_by_role("status")
        expect(said).to_contain_text("Shown: ")
        expect(frame.get_by_role("button", name="Spin")).to_be_focused()
        [played] = table.do(table.player.books())["rounds"]
        has = table.do(table.player.has())
        assert has == START + played["win"] - POUND
        expect(frame.locator("#balance")).to_have_text(f"£{has / POUND:.2f}")
        expect(frame.locator("#net")).to_have_text(re.compile(f"{abs(has - START) / POUND:.2f}"))
        assert visitor.faults == []
    finally:
        server.shutdown()
        server.server_close()


def test_a_key_that_is_held_begins_no_second_game(table: Table, visitor: Browser) -> None:
    """Great Britain's RTS 14G: each game takes a press of its own."""
    visitor.open(table.url(SLOT, lang="en"))
    page = visitor.page
    spin = page.get_by_role("button", name="Spin")
    expect(spin).to_have_attribute("aria-disabled", "false")
    spin.focus()
    page.keyboard.down("Enter")
    expect(page.get_by_role("status")).to_contain_text("Shown: ")
    table.player.wait()
    expect(spin).to_have_attribute("aria-disabled", "false")
    for _ in range(3):
        page.keyboard.down("Enter")
    page.wait_for_timeout(300)
    assert len(table.do(table.player.books())["rounds"]) == 1
    page.keyboard.up("Enter")
    page.keyboard.press("Enter")
    wait_for(lambda: len(table.do(table.player.books())["rounds"]) == 2, page)


def test_a_roll_that_is_doubled_or_collected(table: Table, visitor: Browser) -> None:
    """A win stays open until it is collected, also for a page that is loaded again."""
    visitor.open(table.url(DOUBLING, lang="en"))
    page = visitor.page
    page.get_by_label("Over 3").check()
    collect = page.get_by_role("button", name=re.compile("Collect"))
    for _ in range(30):
        page.get_by_role("button", name="Roll").click()
        expect(page.get_by_role("status")).to_contain_text("Shown: ")
        if collect.is_visible():
            break
        table.player.wait()
        page.reload()
        page.get_by_label("Over 3").check()
        expect(page.get_by_role("button", name="Roll")).to_have_attribute("aria-disabled", "false")
    expect(collect).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Collect it, or try to double it.")
    page.reload()
    expect(collect).to_have_text("Collect £1.92")
    has = table.do(table.player.has())
    collect.click()
    expect(page.get_by_role("status")).to_contain_text("You've won £1.92.")
    expect(page.get_by_role("button", name="Roll")).to_be_focused()
    assert table.do(table.player.has()) == has + 192_000
    expect(page.locator("#balance")).to_have_text(f"£{(has + 192_000) / POUND:.2f}")
    assert visitor.faults == []


def test_what_goes_wrong_is_said_in_plain_words(table: Table, visitor: Browser) -> None:
    """No connection, no answer of the wallet, the end of the session; no game is played twice."""
    visitor.open(table.url(DICE, lang="en"))
    page = visitor.page
    roll, said = page.get_by_role("button", name="Roll"), page.get_by_role("status")
    expect(roll).to_have_attribute("aria-disabled", "false")
    page.context.set_offline(True)
    roll.click()
    expect(said).to_have_text("No connection. Try again \u2013 your game won't be charged twice.")
    page.context.set_offline(False)
    table.player.switch.is_cut = True
    roll.click()
    expect(said).to_contain_text("We didn't hear back, so this game doesn't count.")
    table.player.switch.is_cut = False
    table.do(table.player.operator.sessions.end_session(table.player.token))
    table.player.wait()
    page.reload()
    expect(said).to_have_text("This session has ended. Open the game again to play on.")
    assert [played["state"] for played in table.do(table.player.books())["rounds"]] == ["undone"]


@pytest.mark.usefixtures("web_installed")  # axe comes with it
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_fit_and_are_accessible(table: Table, visitor: Browser, lang: str) -> None:
    """At 360 pixels, without play for money, in both colour schemes and with reduced motion."""
    page = visitor.page
    page.on("console", visitor._note)
    page.on("pageerror", visitor._fail)
    for game, scheme in ((SLOT, "light"), (DOUBLING, "dark")):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(
            table.url(game, lang=lang, currency="XXX", user=None, token=None, lobby_url="http://127.0.0.1/")
        )
        words = load_words()[lang]
        go = page.get_by_role("button", name=words["spin" if game == SLOT else "roll"], exact=True)
        expect(go).to_have_attribute("aria-disabled", "false")
        go.click()
        expect(page.get_by_role("status")).to_contain_text(words["shows"].partition("{")[0].strip())
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert faults_of_access(page) == []
        expect(page.get_by_text(words["demo"])).to_be_visible()
        assert units(page) or lang != "en"
    assert visitor.faults == []
