"""The frame in a real browser: whose pages show it, whom it believes, and to whom it speaks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.embedding.conftest import KEY, Site
from tests.http.served import served
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import Browser, browser
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("web_installed")

PAGE = """<!doctype html><title>A site</title>
<script>
  window.heard = [];
  const often = ['furlong:height', 'furlong:state'];
  addEventListener('message', ({ origin, data }) => {
    if (!often.includes(data.type)) heard.push([origin, data.type ?? null]);
  });
  window.say = (message, to) => document.querySelector('iframe').contentWindow.postMessage(message, to);
</script>
<iframe src="FRAME" width="400" height="600"></iframe>"""


@contextmanager
def betting_site() -> Iterator[tuple[str, Starlette]]:
    """A site whose page shows a frame; its address, at an origin of its own."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE.replace("FRAME", app.state.frame))

    app = Starlette(routes=[Route("/", page)])
    with served(app) as url:
        yield url, app


def session(site: str, origin: str) -> str:
    """A session, as the server of the brand gets it."""
    response = httpx.post(
        f"{site}/embed/sessions",
        json={"customer": "c-1", "origin": origin},
        headers={"authorization": f"Bearer {KEY}"},
    )
    assert response.status_code == 200, response.text
    return str(response.json()["token"])


def say(visitor: Browser, site: str, kind: str, token: str = "") -> None:
    """Let the page say something to its frame."""
    visitor.page.evaluate("([m, to]) => say(m, to)", [{"type": kind, "token": token}, site])


def hears(visitor: Browser, number: int, site: str, kind: str) -> None:
    """Wait until the page has heard so many messages, the last of them this one from the frame."""
    visitor.page.wait_for_function(f"heard.length >= {number}", timeout=PATIENCE_MS)
    assert visitor.page.evaluate("heard")[number - 1 :] == [[site, kind]]


def asked_with(requests: list[Any]) -> set[str | None]:
    """The credentials of the frame's requests to the graph."""
    return {request.headers.get("authorization") for request in requests if request.url.endswith("/graphql")}


def test_a_brands_page_shows_the_frame_and_signs_it_in(sites: Site, chromium: LocalChromium) -> None:
    """The frame says that it is ready, believes the page around it, and asks with that session alone."""
    with betting_site() as (parent, app), browser(chromium) as visitor:
        other = parent.replace("127.0.0.1", "localhost")
        with served(sites.make([parent, other])) as site:
            app.state.frame = f"{site}/embed/northbet"
            requests: list[Any] = []
            visitor.page.on("request", lambda each: requests.append(each))  # noqa: PLW0108 - it gets attributes
            visitor.open(f"{parent}/")
            hears(visitor, 1, site, "furlong:ready")
            say(visitor, site, "furlong:session", session(site, other))
            hears(visitor, 2, site, "furlong:refused")
            own = session(site, parent)
            with visitor.page.expect_response(
                lambda each: each.request.headers.get("authorization") == f"Bearer {own}",
                timeout=PATIENCE_MS,
            ) as answer:
                say(visitor, site, "furlong:session", own)
            hears(visitor, 3, site, "furlong:signed-in")
            codes = [error["extensions"]["code"] for error in answer.value.json()["errors"]]
            assert codes == ["UNKNOWN_BRAND"], "the session holds, and the database is empty"
            assert asked_with(requests) <= {None, f"Bearer {own}"}


def test_a_foreign_page_neither_shows_the_frame_nor_is_told_anything(
    sites: Site, chromium: LocalChromium
) -> None:
    """The browser refuses to show it, at another port, and at another name of the same machine."""
    with (
        betting_site() as (allowed, _),
        betting_site() as (foreign, app),
        browser(chromium) as visitor,
        served(sites.make([allowed])) as site,
    ):
        app.state.frame = f"{site}/embed/northbet"
        said: list[str] = []
        visitor.page.on("console", lambda message: said.append(message.text))
        for address in (foreign, foreign.replace("127.0.0.1", "localhost")):
            said.clear()
            visitor.page.goto(f"{address}/", wait_until="load")
            deadline = time.monotonic() + PATIENCE_MS / 1000
            while not any("frame-ancestors" in each for each in said):
                assert time.monotonic() < deadline, said
                visitor.page.wait_for_timeout(50)
            assert visitor.page.evaluate("heard") == []


def test_a_foreign_window_is_not_heard(sites: Site, chromium: LocalChromium) -> None:
    """A page that gets hold of the frame's window cannot give it a session, though it is a brand's page."""
    with (
        betting_site() as (parent, app),
        betting_site() as (foreign, other),
        browser(chromium) as visitor,
        served(sites.make([parent, foreign])) as site,
    ):
        app.state.frame, other.state.frame = f"{site}/embed/northbet", "about:blank"
        requests: list[Any] = []
        visitor.page.on("request", lambda each: requests.append(each))  # noqa: PLW0108 - it gets attributes
        visitor.open(f"{parent}/")
        hears(visitor, 1, site, "furlong:ready")
        token = session(site, foreign)
        with visitor.page.expect_popup() as opened:
            visitor.page.evaluate("(url) => void window.open(url)", f"{foreign}/")
        message = json.dumps({"type": "furlong:session", "token": token})
        opened.value.wait_for_load_state()
        opened.value.evaluate(f"opener.frames[0].postMessage({message}, '*')")
        say(visitor, site, "furlong:session", session(site, parent))
        hears(visitor, 2, site, "furlong:signed-in")
        assert f"Bearer {token}" not in asked_with(requests)
