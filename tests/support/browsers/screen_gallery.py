"""The gallery of screens in a real browser, and the checks that each look of it must pass."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import urlencode

from playwright.sync_api import Frame, Page

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.snapshots import Screens, cut
from tools.local_chromium import LocalChromium

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / "tests" / "node" / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
LAYOUT = Path(__file__).with_name("page_layout.js").read_text(encoding="utf-8")
FONTS = {"noto-sans": "latin", "noto-sans-arabic": "arabic"}
"""The fonts of the screens, so that each machine breaks lines alike."""
WEIGHTS = (400, 600, 700)
CAPTIONS = ".gallery-screen > figcaption * { font: inherit; }"
"""Captions in the fonts that come with the tests: a system's font would move the screens below."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BOXES = """Object.fromEntries([...document.querySelectorAll('[data-screen]')].map((each) => {
  const { x, y, width, height } = each.querySelector('.club').getBoundingClientRect();
  return [each.dataset.screen, [x, y + scrollY, width, height]];
}))"""
"""Where each screen stands on the page."""


@dataclass(frozen=True)
class Look:
    """How a page is looked at: its width in pixels, and what the visitor has set."""

    width: int
    language: str = "en-GB"
    theme: Literal["light", "dark"] = "light"
    text: Literal["100%", "200%"] = "100%"
    forced_colours: bool = False

    def __str__(self) -> str:
        """Name the look in a test's id."""
        forced = "forced-colours" if self.forced_colours else self.theme
        return f"{self.width}-{self.language}-{forced}-{self.text.rstrip('%')}"


@dataclass(frozen=True)
class Gallery:
    """The open page of all screens."""

    page: Page
    url: str

    def look(self, look: Look) -> None:
        """Show all screens in a look, with everything in them opened."""
        self.page.set_viewport_size({"width": look.width, "height": 900})
        self.page.emulate_media(forced_colors="active" if look.forced_colours else "none")
        for name in ("language", "theme", "text"):
            self.page.get_by_test_id(f"look-{name}").select_option(getattr(look, name))
        self._open_records()

    def screens(self, look: Look, names: Sequence[str], *, details: bool) -> Screens:
        """Return pictures of some screens in a look, each without the page around it."""
        query = {
            "only": ",".join(names),
            "open": "all" if details else "none",
            "lang": look.language,
            "theme": look.theme,
            "size": look.text,
        }
        self.page.set_viewport_size({"width": look.width, "height": 900})
        self.page.emulate_media(forced_colors="active" if look.forced_colours else "none")
        self.page.goto(f"{self.url}?{urlencode(query)}")
        self.page.wait_for_selector(".gallery-screen")
        _use_fonts(self.page)
        if details:
            self._open_records()
        boxes = self.page.evaluate(BOXES)
        return cut(self.page.screenshot(full_page=True, animations="disabled", caret="hide"), boxes)

    def _open_records(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        self.page.wait_for_function(
            "[...document.querySelectorAll('details')].every((each) => each.children.length > 1)"
        )

    def faults_of_layout(self, selector: str = ".gallery-screen") -> list[str]:
        """Return a sentence for each text that is cut off, outside of its box, or under another."""
        return faults_of_layout(self.page, selector)

    def faults_of_access(self, **options: Any) -> list[str]:
        """Return what axe finds against WCAG 2.2 AA."""
        return faults_of_access(self.page, **options)


def faults_of_layout(page: Page, selector: str, *, may_scroll: bool = False) -> list[str]:
    """Return a sentence for each text that is cut off, outside of its box, or under another.

    If `may_scroll` is true, what lies outside of a box that scrolls sideways is no fault.
    """
    found: list[str] = page.evaluate(
        f"([root, mayScroll]) => ({LAYOUT})(root, mayScroll)", [selector, may_scroll]
    )
    return found


def faults_of_access(page: Page | Frame, selector: str = "body", rules: list[str] | None = None) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, or against some of its rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    violations = page.evaluate(
        "([selector, only]) => axe.run(selector, { runOnly: only, resultTypes: ['violations'] })"
        ".then(({ violations }) => violations)",
        [selector, only],
    )
    return [
        f"{violation['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for violation in violations
        for node in violation["nodes"]
    ]


@contextmanager
def open_gallery(chromium: LocalChromium, built: Path) -> Iterator[Gallery]:
    """Serve the built page, and open its gallery."""
    with (
        _served(built) as url,
        launched_chromium(chromium) as launched,
    ):
        page = launched.new_page(timezone_id="Europe/London", locale="en-GB", reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{url}/gallery.html")
        page.wait_for_selector(".gallery-screen")
        _use_fonts(page)
        yield Gallery(page, f"{url}/gallery.html")


def _use_fonts(page: Page) -> None:
    root = f":root {{ --font: {', '.join(FONTS)} !important }}"
    page.add_style_tag(content=f"{font_faces()}\n{CAPTIONS}\n{root}")
    page.evaluate("Promise.all([...document.fonts].map((font) => font.load()))")


@cache
def font_faces(*names: str) -> str:
    """Return the rules of all fonts, or of some, with the fonts in them; a page reads each of them."""
    rules = [
        f"@font-face {{font-family: {name}; font-weight: {weight}; src: url(data:font/woff2;base64,{font})}}"
        for name, script in FONTS.items()
        if name in (names or FONTS)
        for weight in WEIGHTS
        for font in [_font(name, script, weight)]
    ]
    return "\n".join(rules)


def _font(name: str, script: str, weight: int) -> str:
    file = MODULES / "@fontsource" / name / "files" / f"{name}-{script}-{weight}-normal.woff2"
    return b64encode(file.read_bytes()).decode()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
