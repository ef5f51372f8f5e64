"""The screens look as they did when their pictures were kept; `make snapshots` keeps new ones."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.browsers.screen_gallery import ROOT, Gallery, Look, open_gallery
from tests.support.browsers.snapshots import Screens, compare_sheet, keep_sheet
from tests.support.long_form import LONG_FORM
from tools.local_chromium import LocalChromium, find_chromium
from tools.scenario_answers import recorded

pytestmark = pytest.mark.usefixtures("web_installed")

KEPT: Final = Path(__file__).with_name("snapshots")
SEEN: Final = ROOT / ".furlong" / "snapshots"
"""Where a difference is shown: the old screen, the new one, and where they differ."""

HIDDEN: Final = ("upstream-", "gateway-", "self-", "rg-", "account-")
"""Scenarios that show nothing, or that look like others until something is pressed."""
LINES: Final = (
    *(
        name
        for name in recorded()
        if not name.startswith(("upstream-", "gateway-", "self-", "rg-", "account-"))
    ),
    *("anonymous", "signed-out", "forbidden", "stale", "progress-unreached", "large-amounts", "dinars"),
    *("sending", "pending-named", "unknown", "done-join", "error-UPSTREAM_REFUSED", "preview-BELOW_MIN_ODDS"),
)
"""Screens as they are above the bet button."""
DETAILS: Final = (
    *("new", "chosen", "every-bet", "choice-pending", "reward-recalled", "review", "credited"),
    *("progress-unreached", "unavailable", "long-titles", "every-past-week"),
)
"""Screens with everything opened that differs between them."""
FEW: Final = ("new", "unavailable", "credited")


@dataclass(frozen=True)
class Sheet:
    """Some screens in one look, kept as one picture."""

    name: str
    look: Look
    screens: tuple[str, ...]
    details: bool = True

    def __str__(self) -> str:
        """Name the sheet in a test's id."""
        return self.name

    @property
    def file(self) -> Path:
        """Where the picture is kept."""
        return KEPT / f"{self.name}.png"

    def take(self, gallery: Gallery) -> Screens:
        """Take the pictures of the present screens."""
        return gallery.screens(self.look, self.screens, details=self.details)


SHEETS: Final = (
    Sheet("lines", Look(360), LINES, details=False),
    Sheet("lines-dark", Look(360, theme="dark"), LINES, details=False),
    Sheet("lines-arabic", Look(360, "ar"), LINES, details=False),
    Sheet("details", Look(1280), DETAILS),
    Sheet("details-dark", Look(1280, theme="dark"), FEW),
    Sheet("details-forced-colours", Look(1280, forced_colours=True), FEW),
    Sheet("details-arabic", Look(360, "ar"), FEW),
    Sheet("details-italian", Look(360, "it"), FEW),
    Sheet("details-german-200", Look(360, "de", text="200%"), FEW),
)
USUAL: Final = ("lines", "lines-dark", "details", "details-forced-colours", "details-arabic")


@pytest.mark.parametrize("sheet", [each for each in SHEETS if LONG_FORM or each.name in USUAL], ids=str)
def test_each_screen_looks_as_it_did(gallery: Gallery, sheet: Sheet) -> None:
    """A change of looks is made on purpose: it comes with new pictures, which a reviewer sees."""
    taken = sheet.take(gallery)
    told = compare_sheet(sheet.file, taken, SEEN)
    assert told == [], f"look at {SEEN}; if it is meant, run 'make snapshots' and commit the pictures"


def _record(chromium: LocalChromium | None) -> None:
    if chromium is None:
        sys.exit("Chromium is not installed: run make services")
    with open_gallery(chromium, ROOT / "web" / "dist") as gallery:
        for sheet in SHEETS:
            taken = sheet.take(gallery)
            keep_sheet(sheet.file, taken)


if __name__ == "__main__":
    _record(find_chromium())
