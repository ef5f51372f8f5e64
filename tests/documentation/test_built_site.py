"""The documentation site as `make docs` builds it, at `/docs` and in a real browser."""

import socket
from collections.abc import Iterator
from threading import Thread
from typing import Literal

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.local_chromium import LocalChromium
from furlong.serve.page import add_documentation
from tests.support.browsers.screen_gallery import PATIENCE_MS, faults_of_access

pytestmark = pytest.mark.usefixtures("docs_installed")

PAGES = ("index.html", "gateway.html", "reference/schema.html")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve the documentation as the demo does, and yield its address."""
    app = FastAPI(openapi_url=None)
    path = add_documentation(app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser(chromium: LocalChromium) -> Iterator[Browser]:
    """Open one browser for all tests."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=chromium.executable, args=list(chromium.arguments)
        ) as opened,
    ):
        yield opened


def opened(
    browser: Browser, url: str, width: int, scheme: Literal["dark", "light"]
) -> tuple[Page, list[str]]:
    """Open a page; the list is of what its console and its network say is wrong."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    wrong = list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    # The search reads the pages that it found; leaving it aborts that.
    page.on(
        "requestfailed", lambda each: None if each.failure == "net::ERR_ABORTED" else wrong.append(each.url)
    )
    page.route(lambda url: not url.startswith("http://127.0.0.1:"), lambda route: route.abort("failed"))
    page.goto(url)
    return page, wrong


def test_the_site_is_served_below_its_path(site: str) -> None:
    """`/docs` leads to the index; pages have a policy without inline scripts; other paths are 404."""
    shown = httpx.get(site.rstrip("/"), follow_redirects=True, timeout=60)
    assert str(shown.url) == site
    assert "<title>Furlong" in shown.text
    assert "script-src 'self';" in shown.headers["content-security-policy"]
    assert httpx.get(f"{site}gone.html", timeout=60).status_code == 404
    assert httpx.get(f"{site}..%2f.doctrees", timeout=60).status_code == 404


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_are_readable(
    width: int, scheme: Literal["dark", "light"], site: str, browser: Browser
) -> None:
    """Pages pass axe, are no wider than the window, and load nothing that fails or is not the site's own."""
    page, wrong = opened(browser, site, width, scheme)
    for name in PAGES:
        page.goto(f"{site}{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert faults_of_access(page) == [], name
    assert wrong == []
    page.close()


def test_the_search_works_without_a_network(site: str, browser: Browser) -> None:
    """The search finds a setting and a page, from the index that comes with the site."""
    page, wrong = opened(browser, site, 1280, "light")
    page.get_by_role("textbox", name="Search").fill("idempotency")
    page.keyboard.press("Enter")
    found = page.locator("ul.search").get_by_role("link", name="Changes stay pending")
    expect(found).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{site}search.html?q=FURLONG_GATEWAY__COST__LIMIT")
    expect(page.locator("ul.search").get_by_role("link", name="Settings")).to_be_visible(timeout=PATIENCE_MS)
    assert wrong == []
    page.close()


def test_the_navigation_shows_where_one_is(site: str, browser: Browser) -> None:
    """The entries of the page and of the page above it are marked; chosen colours stay on the next page."""
    page, _ = opened(browser, f"{site}reference/cli/token.html", 1280, "light")
    current = page.locator("aside a.current")
    expect(current).to_have_text(["Commands", "furlong token"])
    page.get_by_role("button", name="Toggle Light / Dark / Auto color theme").last.click()
    chosen = page.locator("body").get_attribute("data-theme")
    assert chosen in {"light", "dark"}
    page.get_by_role("link", name="Glossary").click()
    expect(page.locator("aside a.current")).to_have_text(["Glossary"])
    assert page.locator("body").get_attribute("data-theme") == chosen
    page.close()
