"""What an operator decides about a brand, and the checks that it has to pass."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from backoffice.errors import Invalid, Problem
from backoffice.operations.brands.contrast import (
    DEFAULTS,
    SCHEMES,
    Contrast,
    TokenColours,
    contrasts,
    is_colour,
)
from backoffice.unseen_characters import unseen_characters
from consumers.messages.global_events.states import BrandState, Colour
from subgraphs.club_kit.domain.schemes import Brand

NAME_CHARACTERS: Final = 200
MAX_LOCALES: Final = 50
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class BrandDocument:
    """What can be decided about a brand. Its time zone never moves: weeks are measured in it.

    Attributes:
        theme: The colours that differ from the widget's own, by token.
    """

    name: str
    default_locale: str
    locales: tuple[str, ...]
    theme: Mapping[str, TokenColours]

    @classmethod
    def of(cls, brand: Brand) -> "BrandDocument":
        """Return a brand as nodes know it."""
        theme = {token.name: TokenColours(token.light, token.dark) for token in brand.theme}
        return cls(brand.name, brand.default_locale, brand.locales, theme)

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> "BrandDocument":
        """Return a stored document."""
        theme = {name: TokenColours(field["light"], field["dark"]) for name, field in fields["theme"].items()}
        return cls(fields["name"], fields["default_locale"], tuple(fields["locales"]), theme)

    @property
    def state(self) -> BrandState:
        """Return the state that holds on all nodes."""
        return BrandState(
            name=self.name,
            default_locale=self.default_locale,
            locales=self.locales,
            theme={
                name: Colour(light=colours.light, dark=colours.dark)
                for name, colours in sorted(self.theme.items())
            },
        )


def validate_document(document: BrandDocument) -> BrandDocument:
    """Return a document as it is stored: trimmed, and with colours as `#rrggbb`.

    Raises:
        Invalid: It breaks a rule; each colour that cannot be read is a problem of its own.
    """
    theme = {name: colours.tidied() for name, colours in document.theme.items()}
    tidy = BrandDocument(
        document.name.strip(),
        document.default_locale.strip(),
        tuple(locale.strip() for locale in document.locales),
        {name: colours for name, colours in theme.items() if colours != DEFAULTS.get(name)},
    )
    malformed = list(_malformed(theme))
    problems = [*_facts_problems(tidy), *malformed, *(() if malformed else _unreadable(theme))]
    if problems:
        raise Invalid(problems)
    return tidy


def theme_contrasts(theme: Mapping[str, TokenColours]) -> tuple[Contrast, ...]:
    """Return the contrast of each pair that the widget uses, also of those that cannot be read.

    Raises:
        Invalid: It is not a theme.
    """
    tidy = {name: colours.tidied() for name, colours in theme.items()}
    malformed = list(_malformed(tidy))
    if malformed:
        raise Invalid(malformed)
    return tuple(contrasts(tidy))


def _facts_problems(document: BrandDocument) -> Iterator[Problem]:
    if not document.name or len(document.name) > NAME_CHARACTERS:
        yield Problem("name", f"A name has 1 to {NAME_CHARACTERS} characters.")
    if "\n" in document.name:
        yield Problem("name", "A name has one line.")
    if unseen := unseen_characters(document.name):
        yield Problem("name", f"A name has no characters that cannot be seen: {unseen}.")
    if not 1 <= len(document.locales) <= MAX_LOCALES:
        yield Problem("locales", f"A brand has 1 to {MAX_LOCALES} languages.")
    if len(set(document.locales)) < len(document.locales):
        yield Problem("locales", "A language is named twice.")
    for at, locale in enumerate(document.locales):
        if not _is_locale(locale):
            yield Problem(f"locales.{at}", f"{locale[:40]!r} is not a language such as en-GB.")
    if document.default_locale not in document.locales:
        yield Problem("defaultLocale", "The default is one of the brand's languages.")


def _malformed(theme: Mapping[str, TokenColours]) -> Iterator[Problem]:
    for name, colours in theme.items():
        if name not in DEFAULTS:
            yield Problem(f"theme.{name[:32]}", f"There is no token {name[:32]!r}.")
        for scheme in SCHEMES:
            if not is_colour(colours.on(scheme)):
                yield Problem(f"theme.{name[:32]}.{scheme}", "Write a colour like #0b7249, without opacity.")


def _unreadable(theme: Mapping[str, TokenColours]) -> Iterator[Problem]:
    for contrast in contrasts(theme):
        if not contrast.is_readable:
            pair, scheme = contrast.pair, contrast.scheme
            yield Problem(
                f"theme.{pair.front}.{scheme}",
                f"{pair.front} on {pair.back} ({pair.use}, {scheme} pages) has "
                f"{floored(contrast.ratio)}:1, and needs {pair.least:g}:1.",
            )


def floored(ratio: float) -> str:
    """Return a ratio with two decimals, never rounded up: 4.499 is not 4.50."""
    return f"{int(ratio * 100) / 100:.2f}"


def _is_locale(name: str) -> bool:
    """Return whether a name is well-formed, and its language is known."""
    if _LOCALE.fullmatch(name) is None or len(name) > 35:  # noqa: PLR2004 - the length of the column
        return False
    try:
        Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True
