"""Every screen of the widget, in each way that a visitor may look at it."""

from typing import Final, Literal

import pytest

from tests.support.browsers.screen_gallery import Gallery, Look
from tests.support.long_form import LONG_FORM
from tools.scenario_answers import recorded

pytestmark = pytest.mark.usefixtures("web_installed")

USUAL = (
    Look(360),
    Look(1280),
    Look(360, theme="dark"),
    Look(1280, theme="dark"),
    Look(360, forced_colours=True),
    Look(1280, forced_colours=True),
    Look(360, "ar"),
    Look(1280, "ar"),
    Look(360, "de", text="200%"),
    Look(1280, "it", text="200%"),
    Look(360, "ar", text="200%"),
)
COLOURS: Final[tuple[tuple[Literal["light", "dark"], bool], ...]] = (
    ("light", False),
    ("dark", False),
    ("light", True),
)
EVERY = tuple(
    Look(width, language, theme, text, forced_colours=forced)
    for width in (360, 768, 1280)
    for language in ("en-GB", "de", "it", "ar")
    for text in ("100%", "200%")
    for theme, forced in COLOURS
)
"""All combinations: `make torture`."""

LOOKS = EVERY if LONG_FORM else USUAL


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_no_text_is_cut_off_or_covered(gallery: Gallery, look: Look) -> None:
    """In no screen is a text cut off, outside of its box or under another; no page scrolls sideways."""
    gallery.look(look)
    assert gallery.faults_of_layout() == []


@pytest.mark.parametrize("look", LOOKS if LONG_FORM else LOOKS[:1], ids=str)
def test_all_screens_pass_axe(gallery: Gallery, look: Look) -> None:
    """WCAG 2.2 AA by axe: names, roles, relations, languages, contrast and sizes of targets."""
    gallery.look(look)
    assert gallery.faults_of_access() == []


@pytest.mark.parametrize(
    ("look", "rule"),
    [(Look(1280, theme="dark"), "color-contrast"), (Look(360, "ar", text="200%"), "target-size")],
    ids=str,
)
def test_contrast_and_targets_hold_in_other_looks(gallery: Gallery, look: Look, rule: str) -> None:
    """What depends on the theme, and on direction and text size, passes axe there as well."""
    gallery.look(look)
    assert gallery.faults_of_access(rules=[rule]) == []


def test_the_gallery_shows_the_recorded_scenarios(gallery: Gallery) -> None:
    """Each scenario is a screen in the state that the graph gave it."""
    gallery.look(Look(1280))
    states = gallery.page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('[data-screen]')].map((each) => {
             const state = each.querySelector('[data-testid="tracker-state"]')?.dataset.state;
             return [each.dataset.screen, state ?? null];
           }))"""
    )
    silent = {"SELF_EXCLUDED", "RG_RESTRICTED", "ACCOUNT_CLOSED"}
    for name, answer in recorded().items():
        if name.startswith(("upstream-", "gateway-")):
            continue
        club = answer["club"]
        expected = None if club["ineligibleReason"] in silent else club["state"]
        assert states[name] == expected, name


@pytest.mark.parametrize("name", ["self-excluded", "rg-restricted", "account-closed", "nothing"])
def test_nothing_at_all_is_shown_to_whom_nothing_may_be_shown(gallery: Gallery, name: str) -> None:
    """No text, no heading, no link and no picture; the room goes once that is known."""
    screen = gallery.page.locator(f"[data-screen='{name}'] .club")
    assert screen.inner_html() == ""
    box = screen.bounding_box()
    assert (box is not None and box["height"] > 80) if name == "nothing" else box is None


def test_the_closed_tracker_is_blank_in_no_state(gallery: Gallery) -> None:
    """Below the title there is always something to read, also for a member without a selection."""
    gallery.page.get_by_test_id("look-details").select_option("none")
    gallery.look(Look(360))
    blank = gallery.page.evaluate(
        """[...document.querySelectorAll('.club-preview')].filter((each) => each.textContent.trim() === '')
             .map((each) => each.closest('[data-screen]').dataset.screen)"""
    )
    gallery.page.get_by_test_id("look-details").select_option("some")
    assert blank == []


OVER = {"provisional", "missed", "confirmed", "fulfilling", "review", "credited", "used", "expired"}
"""Weeks that are over: none of them is what a page shows first."""


def test_the_line_keeps_its_height_in_every_screen(gallery: Gallery) -> None:
    """What stands above the bet button is as high before as after anything is known, in each language."""
    gallery.page.get_by_test_id("look-details").select_option("none")
    for width in (360, 1280):
        for language in ("en-GB", "de", "it", "ar"):
            gallery.look(Look(width, language))
            heights = gallery.page.evaluate(
                """Object.fromEntries([...document.querySelectorAll('[data-screen]')]
                     .filter((each) => !each.querySelector('.club-notice, .club[hidden]'))
                     .map((each) => [each.dataset.screen, each.querySelector('.club').offsetHeight]))"""
            )
            room = heights["nothing"]
            moved = {name: height for name, height in heights.items() if height != room}
            assert set(moved) - OVER <= {"large-amounts", "dinars"}, (width, language, room, moved)
    gallery.page.get_by_test_id("look-details").select_option("some")


def test_nothing_moves_for_visitors_who_asked_for_no_motion(gallery: Gallery) -> None:
    """The bar grows at once; for others, it takes a moment."""
    moving = """[...document.querySelectorAll('.club, .club *')].filter((each) => {
      const { transitionDuration, animationDuration } = getComputedStyle(each);
      return [transitionDuration, animationDuration].some((duration) => parseFloat(duration) > 0);
    }).map((each) => each.parentElement.className)"""
    assert gallery.page.evaluate(moving) == []
    gallery.page.emulate_media(reduced_motion="no-preference")
    assert set(gallery.page.evaluate(moving)) == {"club-bar"}
    gallery.page.emulate_media(reduced_motion="reduce")
