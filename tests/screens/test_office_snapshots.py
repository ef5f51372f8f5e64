"""Each role's home and daily screens, and approvals, look as they did; axe finds nothing there."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pytest
from PIL import Image

from backoffice.access import Role
from tests.screens.office.declared_screens import mostly_of
from tests.screens.office.fixed_office import PROPOSALS, FixedOffice, open_fixed_office
from tests.screens.office.payments_world import PAYMENT
from tests.support.browsers.screen_gallery import ROOT, faults_of_access
from tests.support.browsers.snapshots import Screens, compare_sheet, differences, keep_sheet
from tools.local_chromium import LocalChromium, find_chromium

pytestmark = pytest.mark.usefixtures("web_installed")

KEPT: Final = Path(__file__).with_name("snapshots")
SEEN: Final = ROOT / ".furlong" / "snapshots"
HOMES: Final[dict[str, tuple[Role, str]]] = {f"home-{role.value}": (role, "") for role in Role}

APPROVERS: Final = {"support": Role.RISK, "finance": Role.FINANCE, "betting": Role.TRADER}
"""Who approves what an area proposes, where that is not an approver."""

APPROVALS: Final = {
    kind: (APPROVERS.get(kind.partition(".")[0], Role.APPROVER), f"approvals/{kind}/show")
    for kind in sorted(PROPOSALS)
}

OBJECTS: Final = {
    "customer": (Role.SUPPORT, "customers/northbet%3Ac-1003/show"),
    "event": (Role.TRADER, "liability?event=e1"),
    "payment": (Role.FINANCE, f"payments/{PAYMENT}/show"),
}
"""What one opens from a list."""


@dataclass(frozen=True)
class Sheet:
    """Some screens at one width in one theme, kept as one picture.

    Attributes:
        is_whole: Whether the frame around each screen is in the picture.
        rules: Those by which axe looks at them; None for all.
    """

    name: str
    screens: dict[str, tuple[Role, str]] = field(repr=False)
    width: int
    theme: Literal["light", "dark"]
    is_whole: bool = False
    rules: list[str] | None = None

    def __str__(self) -> str:
        """Name the sheet in a test's id."""
        return self.name

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return KEPT / f"{self.name}.png"

    def take(self, office: FixedOffice) -> tuple[Screens, list[str]]:
        """Take the pictures of the present screens, and let axe look at each."""
        pictures, faults = {}, []
        for name, (role, path) in self.screens.items():
            office.show(role, path, self.width, self.theme)
            pictures[name] = office.picture() if self.is_whole else office.content()
            found = faults_of_access(office.page, rules=self.rules)
            faults += [f"{name}: {fault}" for fault in (*found, *office.faults_of_width())]
        return pictures, faults


OF_WIDTH: Final = ["target-size", "scrollable-region-focusable"]
"""The rules whose outcome depends on the width; colours and names are looked at on the other sheets."""


def of_roles() -> Iterator[Sheet]:
    """Return the daily screens by the role that the navigation says each is for, at a desk and on a phone."""
    for role in Role:
        screens = {name: (role, name) for name in mostly_of(role)}
        if screens:
            yield Sheet(f"role-{role.value}", screens, 1280, "light")
            yield Sheet(f"role-{role.value}-narrow", screens, 360, "light", rules=OF_WIDTH)


SHEETS: Final = (
    *of_roles(),
    Sheet("homes", HOMES, 1280, "light"),
    Sheet("homes-dark", HOMES, 768, "dark"),
    Sheet("homes-narrow", HOMES, 360, "light", is_whole=True, rules=OF_WIDTH),
    Sheet("objects", OBJECTS, 1280, "light"),
    Sheet("objects-narrow", OBJECTS, 360, "light", rules=OF_WIDTH),
    Sheet("approvals", APPROVALS, 1280, "light"),
    Sheet("approvals-dark", APPROVALS, 768, "dark"),
    Sheet("approvals-narrow", APPROVALS, 360, "dark", rules=OF_WIDTH),
)


@pytest.fixture(scope="module")
def office(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """One browser for all sheets."""
    with open_fixed_office(chromium) as opened:
        yield opened


@pytest.mark.slow("seven or ten pages, with axe looking at each")
@pytest.mark.parametrize("sheet", SHEETS, ids=str)
def test_each_screen_looks_as_it_did_and_is_accessible(office: FixedOffice, sheet: Sheet) -> None:
    """A change of looks is made on purpose: it comes with new pictures, which a reviewer sees."""
    taken, faults = sheet.take(office)
    told = compare_sheet(sheet.file, taken, SEEN)
    assert told == [], f"look at {SEEN}; if it is meant, run 'make snapshots' and commit the pictures"
    assert faults == []


@pytest.mark.slow("the built pages, in Chromium")
def test_the_bar_of_a_phone_does_not_cover_a_long_title(office: FixedOffice) -> None:
    """The bar has no room for the title there, and is not higher because of it."""
    office.show(Role.APPROVER, "approvals/rules.scheme/show", 360, "light")
    bar = office.page.locator("header").first.bounding_box()
    title = office.page.get_by_role("article").get_by_role("heading", level=2).first.bounding_box()
    assert bar is not None
    assert title is not None
    assert bar["y"] + bar["height"] <= title["y"]


@pytest.mark.slow("the built pages, in Chromium")
def test_nothing_moves_for_those_who_asked_for_less_motion(office: FixedOffice) -> None:
    """Not even the button that has the keyboard's focus, which pulsates for others as long as it has it."""
    office.show(Role.APPROVER, "approvals/rules.scheme/show", 1280, "light")
    office.page.keyboard.press("Tab")  # from now on, focus is shown
    office.page.get_by_role("button", name="Search").first.focus()
    office.page.locator(".MuiTouchRipple-childPulsate").wait_for(state="attached")
    assert office.page.evaluate("document.getAnimations().map((each) => each.animationName)") == []


IMAGES: Final = ROOT / "docs" / "images" / "backoffice"
DOCUMENTED: Final = Sheet("documented", HOMES | APPROVALS, 1024, "light", is_whole=True)
COLOURS: Final = 64


def _illustrate(chromium: LocalChromium) -> None:
    """Keep the pictures of the documentation, at their full size."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with open_fixed_office(chromium, scale=1) as office:
        taken, _ = DOCUMENTED.take(office)
    for name, picture in taken.items():
        file = IMAGES / f"{name.replace('.', '-')}.webp"
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
        if not file.exists() or differences({name: Image.open(file).convert("RGB")}, {name: few}):
            few.save(file, "WEBP", lossless=True, method=6)


def _record(chromium: LocalChromium | None) -> None:
    if chromium is None:
        sys.exit("Chromium is not installed: run make services")
    _illustrate(chromium)
    with open_fixed_office(chromium) as office:
        for sheet in SHEETS:
            taken, _ = sheet.take(office)
            keep_sheet(sheet.file, taken)


if __name__ == "__main__":
    _record(find_chromium())
