"""The club in pages that are translated, extended, mistyped or copied, or of another framework's version."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Browser as LaunchedBrowser
from playwright.sync_api import expect

from furlong.demo.brand_sites import BrandSite as DemoSite
from furlong.demo.brand_sites import site_app
from tests.embedding.brand_site import BrandSite
from tests.http.served import served
from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.bet_slip_page import Browser, visit
from tests.support.processes.running_furlong import Demo, eventually

pytestmark = pytest.mark.usefixtures("web_installed")

TRANSLATE: Final = """([moves, host]) => {
  const shadow = document.querySelector(host).shadowRoot;
  const texts = document.createTreeWalker(shadow, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (texts.currentNode.data.trim() !== '') found.push(texts.currentNode);
  for (const text of found) {
    const outer = document.createElement('font');
    const inner = outer.appendChild(document.createElement('font'));
    text.replaceWith(outer);
    inner.append(moves ? text : text.data);
  }
  return found.length;
}"""
"""What translators do to a page: texts are moved into elements of theirs, or stand there as copies."""

SAID: Final = """() => {
  const club = document.querySelector('furlong-club').shadowRoot.firstChild;
  const announced = club.querySelector('[data-testid="announced"]');
  announced.style.display = 'none';
  const said = club.innerText;
  announced.style.display = '';
  return said;
}"""

INSIDE_ANOTHER: Final = """() => {
  const outer = document.createElement('div');
  outer.lang = 'de';
  document.body.append(outer);
  const inner = outer.attachShadow({ mode: 'open' });
  const club = document.createElement('furlong-club');
  club.brand = 'northbet';
  club.getToken = getToken;
  inner.append(club);
}"""

HOLD_THE_GRAPH: Final = """
  const ask = window.fetch;
  const letGo = new Promise((resolve) => { window.letGo = resolve; });
  window.isHeld = new Promise((resolve) => {
    window.fetch = async (input, init) => {
      const answer = await ask(input, init);
      const { pathname } = new URL(input instanceof Request ? input.url : input, location);
      if (pathname === '/graphql') {
        resolve();
        await letGo;
      }
      return answer;
    };
  });
"""
"""What the page gets from the graph's endpoint waits until the test lets it go."""

EXTENDED: Final = """
  Object.prototype.copied = function () { return structuredClone(this); };
  Object.prototype.site = 'a betting site';
"""
"""What old libraries do to all objects of a page."""


def club_text(visitor: Browser) -> str:
    """What the club shows, without the spaces between its parts and what only screen readers were told."""
    return re.sub(r"\s+", "", str(visitor.page.evaluate(SAID)))


@pytest.mark.parametrize("moves", [True, False], ids=["moved", "copied"])
def test_a_translated_page_shows_what_is_true_now(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser, *, moves: bool
) -> None:
    """After a bet, a club whose texts were translated says the same as one that was opened since."""
    site.customer = "c-1003"
    bet = f"translated-{moves}"
    with visit(launched) as visitor:
        visitor.open(f"{site.url}/element")
        visitor.press("club-details")
        visitor.press("recent-bets")
        staked = visitor.page.get_by_test_id("tracker-staked")
        expect(staked).not_to_have_text("", timeout=PATIENCE_MS)
        before = staked.inner_text()
        assert staked.get_attribute("translate") == "no"
        assert visitor.page.evaluate(TRANSLATE, [moves, "furlong-club"]) > 20
        demo.site.produce(demo.site.bet("c-1003", bet, stake_minor=300), key="northbet:c-1003")
        expect(staked).not_to_have_text(before, timeout=PATIENCE_MS)
        expect(visitor.page.get_by_test_id(f"copy-{bet}")).to_be_visible(timeout=PATIENCE_MS)
        translated = club_text(visitor)
        assert visitor.faults == []
    with visit(launched) as later:
        later.open(f"{site.url}/element")
        later.press("club-details")
        later.press("recent-bets")
        expect(later.page.get_by_test_id(f"copy-{bet}")).to_be_visible(timeout=PATIENCE_MS)
        eventually(lambda: club_text(later) == translated, translated)


@pytest.mark.parametrize("version", ["react", "react-18"])
def test_the_component_renders_what_it_promises_with_each_react(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser, version: str
) -> None:
    """Its class is one for styles, and what the page leaves out is no attribute."""
    assert demo.site.url == site.club
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.open(f"{site.url}/{version}")
        element = visitor.page.locator("furlong-club.of-the-site")
        expect(element.get_by_test_id("tracker-state")).to_be_visible(timeout=PATIENCE_MS)
        names = element.evaluate("(element) => element.getAttributeNames()")
        assert sorted(names) == ["brand", "class", "endpoint", "style"]
        assert [fault for fault in visitor.faults if "WebSocket" not in fault] == []


def test_properties_that_react_sets_to_undefined_are_not_set(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser
) -> None:
    """The element without the component: undefined is the default, not a language or an address."""
    assert demo.site.url == site.club
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.open(f"{site.url}/react?plain")
        element = visitor.page.locator("furlong-club")
        expect(element.get_by_test_id("tracker-state")).to_be_visible(timeout=PATIENCE_MS)
        names = element.evaluate("(element) => element.getAttributeNames()")
        assert sorted(names) == ["brand", "endpoint"]
        defaults = element.evaluate(
            "(element) => { for (const name of ['brand', 'endpoint', 'locale', 'theme', 'getToken', 'slip'])"
            " element[name] = undefined; return [element.brand, element.endpoint, element.locale,"
            " element.theme, element.getToken, element.slip, element.getAttributeNames().length]; }"
        )
        assert defaults == ["", f"{site.url}/graphql", "", "auto", None, None, 0]


def test_the_language_of_the_page_is_found_from_inside_another_shadow_root(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser
) -> None:
    """The nearest language around the element counts, wherever a shadow root lies between."""
    assert demo.site.url == site.club
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.open(f"{site.url}/element")
        expect(visitor.page.get_by_role("heading", name="Rewards club")).to_be_visible(timeout=PATIENCE_MS)
        visitor.page.evaluate(INSIDE_ANOTHER)
        expect(visitor.page.get_by_role("heading", name="Prämienclub")).to_be_visible(timeout=PATIENCE_MS)


def test_a_mistyped_endpoint_is_said_to_be_that(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser
) -> None:
    """What answers there lets no page read, which must not look like an origin that is not allowed."""
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.open(f"{site.url}/element")
        visitor.page.evaluate(f"club.endpoint = '{demo.site.url}/grapqhl'")
        advice = visitor.page.get_by_text(
            re.compile(r"^Correct the endpoint .* there is one at .*/graphql\.$")
        )
        expect(advice).to_be_visible(timeout=PATIENCE_MS)
        visitor.page.evaluate(f"club.endpoint = '{demo.site.url}/graphql'")
        expect(visitor.page.get_by_test_id("tracker-state")).to_be_visible(timeout=PATIENCE_MS)


def test_a_late_answer_of_the_former_endpoint_says_nothing_about_the_next_one(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser
) -> None:
    """It can be read, which the mistyped endpoint cannot: its developers are told all the same."""
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.page.add_init_script(HOLD_THE_GRAPH)
        visitor.open(f"{site.url}/element")
        mistyped = f"{demo.site.url}/grapqhl"
        visitor.page.evaluate(
            f"async () => {{ await isHeld; club.endpoint = '{mistyped}'; await null; letGo(); }}"
        )
        advice = visitor.page.get_by_text(re.compile(r"^Correct the endpoint "))
        expect(advice).to_be_visible(timeout=PATIENCE_MS)


def test_a_page_that_extends_all_objects_shows_the_club(
    demo: Demo, site: BrandSite, launched: LaunchedBrowser
) -> None:
    """Enumerable members of Object.prototype are neither headers nor attributes of ours."""
    assert demo.site.url == site.club
    site.customer = "c-1001"
    with visit(launched) as visitor:
        visitor.page.add_init_script(EXTENDED)
        visitor.open(f"{site.url}/element")
        expect(visitor.page.get_by_test_id("tracker-state")).to_be_visible(timeout=PATIENCE_MS)
        visitor.press("club-details")
        visitor.press("recent-bets")
        own = visitor.page.evaluate(
            "document.querySelector('furlong-club').shadowRoot.querySelectorAll('[copied], [site]').length"
        )
        assert own == 0
        assert [fault for fault in visitor.faults if "WebSocket" not in fault] == []


def test_the_page_of_a_brands_site_copies_its_snippet(launched: LaunchedBrowser) -> None:
    """What the button leaves in the clipboard is what the page shows; the button says that it did."""
    brand = DemoSite("northbet", "key", "http://127.0.0.1:1", {"c-1": "new"})
    with served(site_app(brand)) as url, visit(launched) as visitor:
        visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visitor.page.goto(url)
        visitor.page.get_by_role("button", name="Copy", exact=True).click()
        expect(visitor.page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
        copied = visitor.page.evaluate("navigator.clipboard.readText()")
        assert copied == visitor.page.locator("#snippet").inner_text()
        assert copied.startswith('<furlong-club brand="northbet">')
        assert "http://127.0.0.1:1/demo/token?brand=northbet&customer=c-1" in copied
