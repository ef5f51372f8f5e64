"""One gallery for all tests of its screens."""

from collections.abc import Iterator

import pytest

from tests.support.browsers.screen_gallery import ROOT, Gallery, open_gallery
from tools.local_chromium import LocalChromium


@pytest.fixture(scope="module")
def gallery(chromium: LocalChromium) -> Iterator[Gallery]:
    """Open the built gallery once; tests change how it is looked at."""
    with open_gallery(chromium, ROOT / "web" / "dist") as opened:
        yield opened
