"""Contrast by WCAG 2.2: the ratio of two colours, and whether each pair that the widget uses can be read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Scheme: TypeAlias = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
_COLOUR, _SHORT = re.compile(r"#[0-9a-f]{6}"), re.compile(r"#[0-9a-f]{3}")
TEXT: Final = 4.5
"""Of text, success criterion 1.4.3 (AA)."""

PARTS: Final = 3.0
"""Of controls and graphics, success criterion 1.4.11 (AA)."""


@dataclass(frozen=True, slots=True)
class TokenColours:
    """A colour as `#rrggbb` on light and on dark pages."""

    light: str
    dark: str

    def on(self, scheme: Scheme) -> str:
        """Return the colour of a scheme."""
        return self.light if scheme == "light" else self.dark

    def tidied(self) -> "TokenColours":
        """Return the colours as `#rrggbb` if they are written in another common form, otherwise unchanged."""
        return TokenColours(_long(self.light), _long(self.dark))


DEFAULTS: Final[Mapping[str, TokenColours]] = {
    "ink": TokenColours("#10202f", "#e9f0f6"),
    "soft": TokenColours("#4a5c6d", "#b3c2d0"),
    "paper": TokenColours("#ffffff", "#13222f"),
    "ground": TokenColours("#f1f5f8", "#1c2f3f"),
    "line": TokenColours("#d5dee6", "#34495b"),
    "edge": TokenColours("#6f8294", "#8aa0b3"),
    "accent": TokenColours("#0b7249", "#4fd1a1"),
    "on-accent": TokenColours("#ffffff", "#062216"),
    "good": TokenColours("#085a39", "#8ee6c3"),
    "good-ground": TokenColours("#e4f5ec", "#123a2b"),
    "warn": TokenColours("#6b4700", "#f4d48a"),
    "warn-ground": TokenColours("#fff4dc", "#3d2f0c"),
    "bad": TokenColours("#8f1c27", "#ffb9bf"),
    "bad-ground": TokenColours("#fdecec", "#4a1a20"),
    "link": TokenColours("#0b5cad", "#8cc4ff"),
    "focus": TokenColours("#1667d9", "#8cc4ff"),
}
"""The widget's own colours by token; a test compares them with its style sheet."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens, one of which the widget shows on top of the other.

    Attributes:
        least: The ratio that WCAG demands.
        use: What is shown.
    """

    front: str
    back: str
    least: float
    use: str
    schemes: tuple[Scheme, ...] = SCHEMES


PAIRS: Final = (
    Pair("ink", "paper", TEXT, "text"),
    Pair("ink", "ground", TEXT, "text in frames"),
    Pair("soft", "paper", TEXT, "secondary text"),
    Pair("soft", "ground", TEXT, "secondary text in frames, inactive buttons"),
    Pair("link", "paper", TEXT, "links"),
    Pair("link", "ground", TEXT, "links in frames"),
    Pair("on-accent", "accent", TEXT, "text of the main button"),
    Pair("accent", "paper", TEXT, "text of other buttons", ("light",)),
    Pair("good", "paper", TEXT, "what counts; text of other buttons on dark pages"),
    Pair("good", "ground", TEXT, "the chosen reward in a frame"),
    Pair("good", "good-ground", TEXT, "the state once qualified, and notices of success"),
    Pair("warn", "paper", TEXT, "why a bet does not count"),
    Pair("warn", "warn-ground", TEXT, "notices of what is being confirmed"),
    Pair("bad", "paper", TEXT, "the button for leaving"),
    Pair("bad", "bad-ground", TEXT, "refusals"),
    Pair("accent", "paper", PARTS, "edges of buttons and of the chosen reward"),
    Pair("accent", "ground", PARTS, "the bar"),
    Pair("edge", "paper", PARTS, "the edge of the bar"),
    Pair("edge", "ground", PARTS, "the edge of inactive buttons"),
    Pair("focus", "paper", PARTS, "the ring of the focus"),
    Pair("focus", "ground", PARTS, "the ring of the focus in frames"),
)
"""Each pair of colours that the widget's style sheet puts together."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A pair in one scheme, with its ratio."""

    pair: Pair
    scheme: Scheme
    front: str
    back: str
    ratio: float

    @property
    def is_readable(self) -> bool:
        """Return whether the ratio suffices; it is not rounded up."""
        return self.ratio >= self.pair.least


def contrasts(theme: Mapping[str, TokenColours]) -> Iterator[Contrast]:
    """Yield all pairs of a theme, whose colours replace the widget's own."""
    colours = {**DEFAULTS, **theme}
    for pair in PAIRS:
        for scheme in pair.schemes:
            front, back = colours[pair.front].on(scheme), colours[pair.back].on(scheme)
            yield Contrast(pair, scheme, front, back, contrast_ratio(front, back))


def is_colour(text: str) -> bool:
    """Return whether a text is a colour as `#rrggbb`."""
    return _COLOUR.fullmatch(text) is not None


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _long(colour: str) -> str:
    plain = colour.strip().lower()
    return "#" + "".join(2 * digit for digit in plain[1:]) if _SHORT.fullmatch(plain) else plain


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
