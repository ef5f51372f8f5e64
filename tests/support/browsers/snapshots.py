"""Pictures of screens: kept on one sheet for each look, and compared as an eye would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image, ImageChops, ImageFilter
from PIL.PngImagePlugin import PngInfo

COLOURS: Final = 40
"""Enough for surfaces and the edges of letters, chosen so that rare colours keep one."""
COLUMN: Final = 4_000
"""The greatest height of a column on a sheet, in pixels, unless one screen alone is higher."""
GAP: Final = 8
INDEX: Final = "screens"

BLUR: Final = 2.0
"""The radius over which pixels are averaged: smoothing and hinting of letters differ between machines."""
TOLERANCE: Final = 34
"""By how much an averaged pixel may differ, of 255."""
MAX_PIXELS: Final = 30
"""How many pixels may differ by more. A tick or one line of text has hundreds."""
SHIFT: Final = 2
"""By how many pixels a screen may be higher or wider."""

Screens: TypeAlias = Mapping[str, Image.Image]


@dataclass(frozen=True, slots=True)
class Difference:
    """A screen that looks different from its kept picture.

    Attributes:
        name: The screen.
        pixels: How many pixels differ; None if the sizes do, or one of the pictures is missing.
        picture: The old screen, the new one, and the new one with the differences in red, side by side.
    """

    name: str
    pixels: int | None
    picture: Image.Image


def cut(page: bytes, boxes: Mapping[str, tuple[float, float, float, float]]) -> Screens:
    """Cut the screens out of a picture of the whole page; a box is x, y, width and height."""
    picture = Image.open(BytesIO(page)).convert("RGB")
    return {
        name: picture.crop((round(x), round(y), round(x + width), round(y + height)))
        for name, (x, y, width, height) in boxes.items()
    }


def save_sheet(path: Path, screens: Screens) -> None:
    """Write the screens as one picture with few colours, in columns; where each stands is written into it."""
    places: dict[str, tuple[int, int, int, int]] = {}
    left = top = 0
    widest = max(picture.width for picture in screens.values())
    for name, picture in screens.items():
        if top and top + picture.height > COLUMN:
            left, top = left + widest + GAP, 0
        places[name] = (left, top, left + picture.width, top + picture.height)
        top += picture.height + GAP
    size = max(box[2] for box in places.values()), max(box[3] for box in places.values())
    sheet = Image.new("RGB", size, "white")
    for name, picture in screens.items():
        sheet.paste(picture, places[name][:2])
    about = PngInfo()
    about.add_text(INDEX, json.dumps(places))
    path.parent.mkdir(parents=True, exist_ok=True)
    few = sheet.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True, pnginfo=about)


def read_sheet(path: Path) -> Screens:
    """Read a sheet; it is empty if there is none."""
    if not path.exists():
        return {}
    with Image.open(path) as sheet:
        places = json.loads(sheet.info[INDEX])
        whole = sheet.convert("RGB")
    return {name: whole.crop(tuple(box)) for name, box in places.items()}


def compare_sheet(kept: Path, screens: Screens, seen: Path) -> list[str]:
    """Return which screens look different from a kept sheet; `seen` gets pictures of the differences."""
    for old in seen.glob(f"{kept.stem}-*.png"):
        old.unlink()
    changed = differences(read_sheet(kept), screens)
    for difference in changed:
        seen.mkdir(parents=True, exist_ok=True)
        difference.picture.save(seen / f"{kept.stem}-{difference.name}.png")
    return [f"{difference.name}: {difference.pixels} pixels" for difference in changed]


def keep_sheet(kept: Path, screens: Screens) -> None:
    """Write a sheet anew if a screen looks different from it, and say how heavy it is."""
    if differences(read_sheet(kept), screens):
        save_sheet(kept, screens)
        print(f"{kept.name}: {kept.stat().st_size // 1024} kB")  # noqa: T201


def differences(old: Screens, new: Screens) -> list[Difference]:
    """Return each screen that looks different, is new, or is gone."""
    found = (_compare(name, old.get(name), new.get(name)) for name in {**old, **new})
    return [each for each in found if each is not None]


def _compare(name: str, old: Image.Image | None, new: Image.Image | None) -> Difference | None:
    if old is None or new is None:
        known = old or new
        return None if known is None else Difference(name, None, known)
    if abs(old.width - new.width) > SHIFT or abs(old.height - new.height) > SHIFT:
        return Difference(name, None, _side_by_side(old, new))
    size = min(old.width, new.width), min(old.height, new.height)
    box = (0, 0, *size)
    apart = ImageChops.difference(_blurred(old.crop(box)), _blurred(new.crop(box)))
    red, green, blue = apart.split()
    strong = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(
        [0] * TOLERANCE + [255] * (256 - TOLERANCE)
    )
    pixels = strong.histogram()[255]
    if pixels <= MAX_PIXELS:
        return None
    marked = new.crop(box)
    marked.paste("red", mask=strong)
    return Difference(name, pixels, _side_by_side(old, new, marked))


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(BLUR))


def _side_by_side(*pictures: Image.Image) -> Image.Image:
    width, height = (
        max(picture.width for picture in pictures) + GAP,
        max(picture.height for picture in pictures),
    )
    row = Image.new("RGB", (width * len(pictures) - GAP, height), "magenta")
    for index, picture in enumerate(pictures):
        row.paste(picture, (index * width, 0))
    return row
