"""The comparison of pictures finds what a visitor would see, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.support.browsers.snapshots import differences, read_sheet, save_sheet


def screen(*, tick: bool = True, bar: int = 120, height: int = 90) -> Image.Image:
    """A card with a title, a bar and a tick."""
    picture = Image.new("RGB", (300, height), "#fff")
    draw = ImageDraw.Draw(picture)
    draw.text((10, 8), "Rewards club", fill="#10202f", font_size=16)
    draw.rectangle((10, 40, bar, 50), fill="#0b7249")
    if tick:
        draw.line((260, 14, 266, 20, 278, 8), fill="#0b7249", width=3)
    return picture


SEEN = {
    "a tick is gone": lambda: screen(tick=False),
    "a bar is longer": lambda: screen(bar=128),
    "a card is higher": lambda: screen(height=96),
}


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_a_change_is_found(change: Callable[[], Image.Image]) -> None:
    """Its picture shows the old screen and the new one side by side."""
    (found,) = differences({"card": screen()}, {"card": change()})
    assert found.name == "card"
    assert found.picture.width > 2 * 300


def test_the_edges_of_letters_may_differ() -> None:
    """Another machine smooths them otherwise."""
    smoothed = screen().filter(ImageFilter.SMOOTH)
    assert differences({"card": screen()}, {"card": smoothed}) == []


def test_new_and_lost_screens_are_differences() -> None:
    """A screen without a kept picture is looked at once, and none is lost unseen."""
    found = differences({"old": screen()}, {"new": screen()})
    assert [each.name for each in found] == ["old", "new"]


def test_a_sheet_keeps_each_screen_with_its_rare_colours(tmp_path: Path) -> None:
    """What is read equals what was written, though the sheet has few colours, and its screens many."""
    rainbow = Image.linear_gradient("L").convert("RGB").resize((300, 400))
    kept = {"card": screen(), "rainbow": rainbow, "high": screen(height=3_900)}
    save_sheet(tmp_path / "sheet.png", kept)
    assert differences(read_sheet(tmp_path / "sheet.png"), kept) == []
    assert read_sheet(tmp_path / "none.png") == {}
