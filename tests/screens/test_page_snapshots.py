"""The bet-slip in six states, and the documentation's home and one of its pages, look as they did."""

import mimetypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, Route

from tests.support.browsers import PATIENCE_MS
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.browsers.screen_gallery import ROOT, faults_of_access, font_faces
from tests.support.browsers.snapshots import Screens, compare_sheet, keep_sheet
from tools.local_chromium import LocalChromium, find_chromium
from tools.scenario_answers import recorded

pytestmark = pytest.mark.usefixtures("web_installed", "docs_installed")

KEPT: Final = Path(__file__).with_name("snapshots")
SEEN: Final = ROOT / ".furlong" / "snapshots"
ORIGIN: Final = "http://pages.test"
PAGES: Final = ROOT / "web" / "dist"
DOCS: Final = ROOT / ".docs" / "html"
NOW: Final = datetime(2026, 4, 8, 14, tzinfo=UTC)
SCALE: Final = 0.5
FONT: Final = (
    ":root { --font: noto-sans !important } body, body *:not(svg *) { font-family: noto-sans !important } "
    "img { visibility: hidden }"
)
"""Fonts that are the same everywhere; pictures within texts have more colours than a sheet keeps."""

CUSTOMER: Final = {"id": "c-1001", "brand": "northbet", "token": "a.b.c", "note": "a customer"}
TOO_SHORT: Final = "below-min-odds"
AWAY: Final = "away"
SHOWN: Final = "[data-testid=tracker], [data-testid=unreached]"
UNKNOWN_ID: Final = {"message": "no", "extensions": {"code": "PERSISTED_DOCUMENT_NOT_FOUND"}}
STATES: Final = ("new", "tracking", TOO_SHORT, "joining-pending", "qualified", AWAY)
"""Not a member; on the way; a bet that does not count, and why; being sent; won; no answer."""

PREVIEWED: Final = ("new", "tracking", "joining-pending")
READ: Final = ("index.html", "embedding.html")


@dataclass(frozen=True)
class Sheet:
    """All of them at one width in one theme, kept as one picture."""

    width: int
    theme: Literal["light", "dark"]

    def __str__(self) -> str:
        """Name the sheet in a test's id."""
        return f"pages-{self.width}-{self.theme}"

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return KEPT / f"{self}.png"


def offered(name: str, milli: int, display: str) -> dict[str, Any]:
    """Return a selection that is open."""
    odds = {"milli": milli, "display": display}
    return {"id": f"northbet:win-{milli}", "name": name, "status": "OPEN", "odds": odds}


RACE: Final = {
    "id": "northbet:race",
    "name": "15:35 Wexcombe Park",
    "startsAt": "2026-04-08T14:35:00Z",
    "status": "SCHEDULED",
    "score": None,
    "sport": {"id": "northbet:horse-racing", "name": "Horse racing"},
    "competition": {"name": "Wexcombe Park"},
    "markets": [
        {
            "id": "northbet:win",
            "name": "Win",
            "status": "OPEN",
            "selections": [offered("Ashdown Lad", 2500, "6/4"), offered("Plain Speaking", 1300, "3/10")],
        }
    ],
}
EVENTS: Final = {
    "sports": [RACE["sport"]],
    "events": {"nodes": [RACE], "pageInfo": {"hasNextPage": False, "endCursor": RACE["id"]}},
    "picked": RACE,
}

SHEETS: Final = (Sheet(360, "light"), Sheet(768, "dark"), Sheet(1280, "light"))


def answer(state: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return what the graph answered to an operation of the page, as recorded from the demo."""
    if "hasPicked" in variables:
        return EVENTS
    scenario = recorded()["tracking" if state == TOO_SHORT else state]
    if "input" not in variables:
        return {"club": scenario["club"]}
    preview = scenario["preview"]
    return {
        "betslipPreview": preview
        | ({"counts": False, "reason": "BELOW_MIN_ODDS"} if state == TOO_SHORT else {})
    }


@dataclass
class Pages:
    """One browser page over the built files and recorded answers."""

    page: Page
    state: str = ""

    def take(self, sheet: Sheet) -> tuple[Screens, list[str]]:
        """Return pictures of all screens as they are first seen, and what axe finds in the slip."""
        self.page.set_viewport_size({"width": sheet.width, "height": 900})
        self.page.emulate_media(color_scheme=sheet.theme, reduced_motion="reduce")
        pictures, faults = {}, []
        for name, path in {
            **dict.fromkeys(STATES, "index.html"),
            **{name: f"docs/{name}" for name in READ},
        }.items():
            self.state = name
            self.page.goto(f"{ORIGIN}/{path}")
            if name in STATES:
                self.page.locator(SHOWN).wait_for()
            if name in PREVIEWED:
                self.page.locator("[data-testid=preview][data-counts=true]").wait_for()
            if name == TOO_SHORT:
                self.page.get_by_role("button", name="Plain Speaking").click()
                self.page.locator("[data-testid=preview][data-counts=false]").wait_for()
            self.page.add_style_tag(content=font_faces("noto-sans") + FONT)
            self.page.evaluate("Promise.all([...document.fonts].map((font) => font.load()))")
            pictures[name] = self._picture(name)
            if name in STATES:
                faults += [f"{name}: {fault}" for fault in faults_of_access(self.page, ".slip")]
            self.page.evaluate("sessionStorage.clear()")  # what was picked is not for the next one
        return pictures, faults

    def _picture(self, name: str) -> Image.Image:
        """Return the bet-slip alone, without what is beside it; or what is seen first of a page of text."""
        part = self.page.locator(".slip") if name in STATES else self.page
        return Image.open(BytesIO(part.screenshot(animations="disabled", caret="hide"))).convert("RGB")

    def serve(self, route: Route) -> None:
        """Answer a request of the page."""
        path = urlsplit(route.request.url).path.removeprefix("/")
        if path == "demo/session":
            route.fulfill(json={"brand": CUSTOMER["brand"], "customers": [CUSTOMER]})
        elif path == "graphql":
            self._graph(route)
        else:
            file = DOCS / path.removeprefix("docs/") if path.startswith("docs/") else PAGES / path
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind) if file.is_file() else route.fulfill(
                status=404
            )

    def _graph(self, route: Route) -> None:
        sent: Any = route.request.post_data_json
        is_away = self.state == AWAY or self.state not in STATES  # a page that is being left
        if is_away or "event-stream" in route.request.headers["accept"].split(",")[0]:
            route.fulfill(status=503)
        elif "query" not in sent:
            route.fulfill(json={"errors": [UNKNOWN_ID]})
        else:
            route.fulfill(json={"data": answer(self.state, sent["variables"])})


@contextmanager
def open_pages(chromium: LocalChromium) -> Iterator[Pages]:
    """Open a browser over the built pages, at a fixed time."""
    with launched_chromium(chromium) as launched:
        page = launched.new_page(timezone_id="Europe/London", locale="en-GB", device_scale_factor=SCALE)
        page.set_default_timeout(PATIENCE_MS)
        page.clock.set_fixed_time(NOW)
        pages = Pages(page)
        page.route(f"{ORIGIN}/**", pages.serve)
        yield pages


@pytest.fixture(scope="module")
def pages(chromium: LocalChromium) -> Iterator[Pages]:
    """One browser for all sheets."""
    with open_pages(chromium) as opened:
        yield opened


@pytest.mark.slow("eight pages, with axe looking at six of them")
@pytest.mark.parametrize("sheet", SHEETS, ids=str)
def test_each_page_looks_as_it_did_and_is_accessible(pages: Pages, sheet: Sheet) -> None:
    """A change of looks is made on purpose: it comes with new pictures, which a reviewer sees."""
    taken, faults = pages.take(sheet)
    told = compare_sheet(sheet.file, taken, SEEN)
    assert told == [], f"look at {SEEN}; if it is meant, run 'make snapshots' and commit the pictures"
    assert faults == []


def _record(chromium: LocalChromium | None) -> None:
    if chromium is None:
        sys.exit("Chromium is not installed: run make services")
    with open_pages(chromium) as opened:
        for sheet in SHEETS:
            taken, _ = opened.take(sheet)
            keep_sheet(sheet.file, taken)


if __name__ == "__main__":
    _record(find_chromium())
