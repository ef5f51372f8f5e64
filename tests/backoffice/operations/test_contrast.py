"""Contrast by WCAG: known ratios, the widget's own colours, and the pairs that its style sheet uses."""

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.operations.brands.contrast import DEFAULTS, PAIRS, TokenColours, contrast_ratio, contrasts
from backoffice.operations.brands.document import floored

STYLE_SHEET: Final = Path(__file__).parents[3] / "web/packages/club/src/ui/tracker.css"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#0000ff", "#ffffff", 8.592),
        ("#ff0000", "#ffffff", 3.998),
    ],
)
def test_known_ratios(one: str, other: str, ratio: float) -> None:
    """The ratios that tools for WCAG give; #777 on white is the well-known colour that just fails."""
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.001)


@given(COLOURS, COLOURS)
def test_a_ratio_has_no_direction_and_stays_within_its_bounds(one: str, other: str) -> None:
    """It is the same for text and background, and lies between 1 and 21."""
    assert contrast_ratio(one, other) == contrast_ratio(other, one)
    assert 1 <= contrast_ratio(one, other) <= 21.0000001


def test_the_defaults_are_those_of_the_style_sheet() -> None:
    """The server checks a theme together with the colours that the widget really has."""
    found = re.findall(
        r"--c-[a-z-]+: var\(--club-([a-z-]+), var\(--brand-\1, light-dark\((#\w+), (#\w+)\)\)\);",
        STYLE_SHEET.read_text(encoding="utf-8"),
    )
    assert {name: TokenColours(light, dark).tidied() for name, light, dark in found} == DEFAULTS


def test_the_widgets_own_colours_can_be_read() -> None:
    """A brand without a theme breaks no rule."""
    assert [one for one in contrasts({}) if not one.is_readable] == []


def test_every_colour_for_text_is_checked_on_what_it_stands_on() -> None:
    """Each rule of the style sheet that sets both a colour and a background is among the pairs."""
    text = STYLE_SHEET.read_text(encoding="utf-8")
    together = {
        (front, back)
        for rule in re.findall(r"\{([^{}]*)\}", text)
        for front in re.findall(r"(?<![-\w])(?:color|stroke): var\(--c-([a-z-]+)\);", rule)
        for back in re.findall(r"(?<![-\w])background: var\(--c-([a-z-]+)\);", rule)
    }
    assert ("on-accent", "accent") in together
    assert together <= {(pair.front, pair.back) for pair in PAIRS}


def test_a_ratio_is_never_rounded_up() -> None:
    """A pair of 4.499 is refused, and is shown as 4.49."""
    assert (floored(4.4999), floored(4.5), floored(21)) == ("4.49", "4.50", "21.00")
