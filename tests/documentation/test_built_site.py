"""The documentation site as `make docs` builds it, at `/docs` and in a real browser."""

import contextlib
import re
import socket
from collections.abc import Iterator
from importlib.metadata import version
from threading import Thread
from typing import Literal

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from furlong.serve.page import DOCUMENTATION, documentation_routes
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import faults_of_access
from tools.local_chromium import LocalChromium

pytestmark = pytest.mark.usefixtures("docs_installed")

PAGES = ("index.html", "embedding.html", "tutorial.html", "gateway.html", "reference/schema.html")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve the documentation as the demo does, and yield its address."""
    app = Starlette(routes=documentation_routes())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{DOCUMENTATION}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser(chromium: LocalChromium) -> Iterator[Browser]:
    """Open one browser for all tests."""
    with launched_chromium(chromium) as opened:
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
    assert httpx.get(f"{site}..%2f.doctrees", timeout=60).status_code == 404


def test_an_address_without_a_page_leads_home(site: str, browser: Browser) -> None:
    """Below any folder, the page for a 404 has the site's policy, a link to the home and the search."""
    missing = httpx.get(f"{site}gateway/gone.html", timeout=60)
    assert missing.status_code == 404
    assert missing.headers["content-security-policy"] == httpx.get(site).headers["content-security-policy"]
    page, wrong = opened(browser, f"{site}gateway/gone.html", 360, "dark")
    assert faults_of_access(page) == []
    page.get_by_role("textbox", name="Words").or_(page.get_by_role("searchbox", name="Words")).fill("tracker")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/docs/search\.html\?q=tracker"))
    page.goto(f"{site}gateway/gone.html")
    page.get_by_role("link", name="The home of the documentation").click()
    expect(page).to_have_url(f"{site}index.html")
    assert [each for each in wrong if "404" not in each] == []
    page.close()


def test_code_is_copied(site: str, browser: Browser) -> None:
    """The button on a block of code copies the code alone, and says so."""
    page, wrong = opened(browser, f"{site}tutorial.html", 1280, "light")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator("div.highlight").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "make demo\n"
    assert wrong == []
    page.close()


def test_the_home_has_the_two_commands_to_copy(site: str, browser: Browser) -> None:
    """Both are in view with their buttons, and each copies itself alone."""
    page, wrong = opened(browser, site, 1280, "light")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for block, command in zip(page.locator("article div.highlight-sh").all(), ("demo", "test"), strict=True):
        button = block.get_by_role("button", name="Copy")
        expect(button).to_be_in_viewport()
        expect(button).to_have_css("opacity", "1")
        button.click()
        assert page.evaluate("navigator.clipboard.readText()") == f"make {command}\n"
    assert wrong == []
    page.close()


def test_ways_to_embed_are_tabs_with_a_picture_of_the_result(site: str, browser: Browser) -> None:
    """One way at a time, also by the arrows; without scripts all three are there; the picture is loaded."""
    page, wrong = opened(browser, f"{site}embedding.html", 1280, "light")
    tabs, panel = page.get_by_role("tab"), page.get_by_role("tabpanel")
    expect(tabs).to_have_text(["Element", "React", "Frame"])
    expect(panel).to_contain_text("<furlong-club")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(panel).to_contain_text("@furlong/react")
    tabs.nth(2).click()
    expect(panel).to_contain_text("<iframe")
    assert faults_of_access(page) == []
    picture = page.get_by_role("img", name="A brand's page with the club in it")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 900
    assert wrong == []
    page.close()
    plain = browser.new_page(java_script_enabled=False)
    plain.goto(f"{site}embedding.html")
    for text in ("Element", "React", "Frame"):
        expect(plain.locator(".tabs").get_by_text(text, exact=True)).to_be_visible()
    plain.close()


def test_pages_use_the_room_that_there_is(site: str, browser: Browser) -> None:
    """At 1280 px the contents of the page stand beside it; at 360 px code is wrapped, not scrolled."""
    page, _ = opened(browser, f"{site}tutorial.html", 1280, "light")
    expect(
        page.get_by_role("complementary", name="On this page").get_by_role("link").last
    ).to_be_in_viewport()
    page.set_viewport_size({"width": 360, "height": 800})
    wide = "each => each.scrollWidth > each.clientWidth"
    assert [block.evaluate(wide) for block in page.locator("pre").all()] == [False] * page.locator(
        "pre"
    ).count()
    page.close()


def test_the_home_has_doors_by_role_and_the_version(site: str, browser: Browser) -> None:
    """Each reader of the index page finds a door in view, and every page says which version it describes."""
    page, _ = opened(browser, site, 1280, "light")
    article = page.get_by_role("main")
    expect(article.get_by_role("img").first).to_be_in_viewport()
    expect(article.get_by_role("link", name="The first hour").first).to_be_in_viewport()
    expect(page.get_by_text(f"Version {version('furlong')}")).to_be_in_viewport()
    page.close()


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
    """The page of results finds a code and a setting, from the index that comes with the site."""
    page, wrong = opened(browser, site, 1280, "light")
    page.get_by_role("textbox", name="Search").fill("idempotency")
    page.keyboard.press("Enter")
    found = page.locator("ul.search").get_by_role("link", name="IDEMPOTENCY_REUSED")
    expect(found.first).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{site}search.html?q=FURLONG_GATEWAY__COST__LIMIT")
    setting = page.locator("ul.search").get_by_role("link").first
    expect(setting).to_have_text("FURLONG_GATEWAY__COST__LIMIT", timeout=PATIENCE_MS)
    assert faults_of_access(page) == []
    assert wrong == []
    page.close()


QUESTIONS = {
    "why did my bet not count": "progress-rules.html",
    "how do I put the club on a page": "embedding.html",
    "run it for real": "run.html",
    "change the colours of the widget": "theming.html",
    "replaying dead letters": "feeds.html#replaying-dead-letters",
    "install on kubernetes": "kubernetes.html",
    "furlong wallet close": "reference/cli/wallet.html#furlong-wallet-close",
    "kafka_boot": "reference/settings.html#setting-furlong-kafka-bootstrap",
    "EXCLUDED_BET_TYPE": "progress-rules.html#the-reasons",
    "export and erase a person": "backoffice/support.html#export-and-erase-a-person-s-data",
    "PaymentCasesOpen": "runbooks/alerts.html#paymentcasesopen",
    "lost second factor": "runbooks/lost-second-factor.html",
    "FURLONG_DATABASE_URL": "reference/settings.html#setting-furlong-database-url",
    "no data found": "cli.html#no-data-found",
    "UNAUTHENTICATED": "frontend.html#errors",
    "dark mode": "theming.html#tokens",
}
"""What people type, and what has to be the first thing that is suggested."""


def test_questions_are_answered_while_they_are_typed(site: str, browser: Browser) -> None:
    """A question, a heading, a setting, a command and a code each lead to their place, the best one first."""
    page, wrong = opened(browser, site, 1280, "light")
    suggested = page.locator(".suggestions").get_by_role("link")
    first = dict[str, str]()
    for question, address in QUESTIONS.items():
        page.get_by_role("textbox", name="Search").fill(question)
        with contextlib.suppress(AssertionError):  # all that are wrong are told at once
            expect(suggested.first).to_have_attribute("href", f"./{address}", timeout=3000)
        first[question] = (suggested.first.get_attribute("href") or "").removeprefix("./")
    assert first == QUESTIONS
    assert wrong == []
    page.close()


def test_a_readers_day(site: str, browser: Browser) -> None:
    """From a question to the page that answers it, and from another to the lines that one copies."""
    page, wrong = opened(browser, site, 1280, "light")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    search, suggested = page.get_by_role("textbox", name="Search"), page.locator(".suggestions")
    search.press_sequentially("why did my bet not count")
    link = suggested.get_by_role("link").first
    expect(link).to_have_attribute("href", "./progress-rules.html", timeout=PATIENCE_MS)
    link.click()
    expect(page).to_have_url(re.compile(r"/docs/progress-rules\.html"))
    page.get_by_role("link", name="The reasons").last.click()
    expect(page.get_by_role("heading", name="The reasons")).to_be_in_viewport()
    search.fill("how do I put the club on a page")
    expect(link).to_have_attribute("href", "./embedding.html", timeout=PATIENCE_MS)
    search.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/docs/embedding\.html"))
    for way, line in (("React", "@furlong/react"), ("Frame", "<iframe")):
        page.get_by_role("tab", name=way).click()
        block = page.get_by_role("tabpanel").locator("div.highlight").first
        block.hover()
        block.get_by_role("button", name="Copy").click()
        expect(block.get_by_role("button", name="Copied")).to_be_visible()
        assert line in page.evaluate("navigator.clipboard.readText()")
    assert wrong == []
    page.close()


def test_decisions_and_runbooks_are_suggested_last(site: str, browser: Browser) -> None:
    """What explains comes first, also where a decision has all the words."""
    page, _ = opened(browser, f"{site}search.html?q=bets+that+count", 1280, "light")
    links = page.locator("ul.search").get_by_role("link")
    expect(links.first).to_be_visible(timeout=PATIENCE_MS)
    last = [
        bool(re.search("/(decisions|runbooks)/|changelog", link.get_attribute("href") or ""))
        for link in links.all()
    ]
    assert last == sorted(last)
    assert False in last
    page.close()


def test_suggestions_are_used_by_the_keyboard(site: str, browser: Browser) -> None:
    """A slash begins, arrows go on, Escape closes, Enter opens one; they fit a telephone and pass axe."""
    page, wrong = opened(browser, f"{site}reference/cli/token.html", 1280, "dark")
    field, panel = page.get_by_role("textbox", name="Search"), page.locator(".suggestions")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    field.fill("dead let")
    expect(panel.get_by_role("link").first).to_be_visible(timeout=PATIENCE_MS)
    assert faults_of_access(page) == []
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(field).to_be_focused()
    field.fill("dead letters")
    expect(panel.get_by_role("link").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("dead-letters"))
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}404.html")
    page.get_by_role("searchbox", name="Words").fill("wallet")
    expect(panel.last.get_by_role("link").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
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
