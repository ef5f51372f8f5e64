"""Each role's daily screens on a tablet in dark colours: legible, reachable, and no wider than the window."""

from collections.abc import Iterator

import pytest

from backoffice.access import Role
from tests.screens.office.declared_screens import mostly_of
from tests.screens.office.fixed_office import FixedOffice, open_fixed_office
from tests.support.browsers.screen_gallery import faults_of_access, faults_of_layout
from tools.local_chromium import LocalChromium

pytestmark = [pytest.mark.usefixtures("web_installed"), pytest.mark.slow("each screen of the back office")]


@pytest.fixture(scope="module")
def office(chromium: LocalChromium) -> Iterator[FixedOffice]:
    """One browser, and one page in it, for all screens."""
    with open_fixed_office(chromium) as opened:
        yield opened


@pytest.mark.parametrize("role", [role for role in Role if mostly_of(role)], ids=lambda role: role.value)
def test_daily_screens_are_legible_on_a_tablet_in_the_dark(office: FixedOffice, role: Role) -> None:
    """Axe finds nothing, contrast included; no text is cut off, and what is wider scrolls by itself."""
    faults: list[str] = []
    for screen in mostly_of(role):
        office.show(role, screen, 768, "dark")
        found = faults_of_access(office.page) + faults_of_layout(
            office.page, "#main-content", may_scroll=True
        )
        faults += [f"{screen}: {fault}" for fault in found]
    assert faults == []
