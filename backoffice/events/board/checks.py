"""The checks that the placements of an entry have to pass, each problem at its field and in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Final

from babel import Locale

from backoffice.advertising import UPLOADED, link_problem
from backoffice.content.lint import SMALLEST_IMAGE, ImageFacts
from backoffice.content.workflow.local_time import typed_instant
from backoffice.errors import Invalid, Problem
from backoffice.events.board.entries import Placements, StoredPlacement, TypedPlacement
from backoffice.unseen_characters import is_unseen, unseen_characters

MAX_PLACEMENTS: Final = 20
MAX_NAME: Final = 200
MAX_POSITION: Final = 10_000
_NOT_ISO: Final = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ")
)
"""Codes of babel's that ISO 3166-1 has not assigned to a country."""

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BoardBrand:
    """What is known of a brand, against which placements are checked.

    Attributes:
        hosts: Where links to pictures may lead.
        images: The uploaded pictures that exist, by hash.
    """

    id: str
    name: str
    locales: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    time_zone: str
    hosts: frozenset[str]
    images: Mapping[str, ImageFacts] = field(default_factory=dict)


@cache
def territories() -> frozenset[str]:
    """Return the codes of ISO 3166-1."""
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == len("GB") and code.isalpha()) - _NOT_ISO


def checked_placements(typed: Sequence[TypedPlacement], brand: BoardBrand) -> Placements:
    """Return placements as they are stored: trimmed, and with instants in UTC.

    Raises:
        Invalid: A rule is broken; each field that breaks one is a problem of its own.
    """
    if not 1 <= len(typed) <= MAX_PLACEMENTS:
        raise Invalid([Problem("placements", f"An entry has 1 to {MAX_PLACEMENTS} placements.")])
    problems: list[Problem] = []
    placements = tuple(
        _placement(one, f"placements.{at}", brand.time_zone, problems) for at, one in enumerate(typed)
    )
    if problems := [*problems, *placement_problems(placements, brand)]:
        raise Invalid(problems)
    return placements


def placement_problems(placements: Placements, brand: BoardBrand) -> list[Problem]:
    """Return what is wrong with placements; those of an earlier revision may be wrong by now."""
    return [
        problem
        for at, placement in enumerate(placements)
        for check in (
            _territory_problems,
            _time_problems,
            _position_problems,
            _name_problems,
            _image_problems,
        )
        for problem in check(placement, f"placements.{at}", brand)
    ]


def never_in_force(placements: Placements, now: datetime) -> list[Problem]:
    """Return a warning for each placement that is never shown: it has ended, or earlier ones always win."""
    warnings = []
    for at, placement in enumerate(placements):
        if placement.until is not None and placement.until <= now:
            warnings.append(Problem(f"placements.{at}", "It is never shown: its end is past."))
        elif _is_covered(placement, placements[:at], now):
            warnings.append(Problem(f"placements.{at}", "It is never shown: one above it always wins."))
    return warnings


def _is_covered(placement: StoredPlacement, earlier: Placements, now: datetime) -> bool:
    places = placement.territories or (None,)
    return all(
        _is_filled(
            (max(placement.since or _BEGINNING, now), placement.until or _END),
            [
                (one.since or _BEGINNING, one.until or _END)
                for one in earlier
                if not one.territories or place in one.territories
            ],
        )
        for place in places
    )


def _is_filled(span: tuple[datetime, datetime], parts: list[tuple[datetime, datetime]]) -> bool:
    reached, end = span
    for since, until in sorted(parts):
        if since <= reached:
            reached = max(reached, until)
    return reached >= end


def _placement(typed: TypedPlacement, path: str, zone: str, problems: list[Problem]) -> StoredPlacement:
    if len({locale for locale, _ in typed.names}) < len(typed.names):
        problems.append(Problem(f"{path}.names", "A language has two names."))
    return StoredPlacement(
        territories=tuple(sorted({code.strip().upper() for code in typed.territories})),
        since=typed_instant(typed.since, typed.since_occurrence, zone, f"{path}.since", problems),
        until=typed_instant(typed.until, typed.until_occurrence, zone, f"{path}.until", problems),
        hidden=typed.hidden,
        position=typed.position,
        names={locale: name.strip() for locale, name in typed.names},
        image_url=typed.image_url.strip(),
    )


def _territory_problems(placement: StoredPlacement, path: str, _: BoardBrand) -> Iterator[Problem]:
    for code in placement.territories:
        if code not in territories():
            yield Problem(f"{path}.territories", f"{code[:20]!r} is no country's code, such as GB or DE.")


def _time_problems(placement: StoredPlacement, path: str, _: BoardBrand) -> Iterator[Problem]:
    if placement.since and placement.until and placement.since >= placement.until:
        yield Problem(f"{path}.until", "The end must be after the beginning.")


def _position_problems(placement: StoredPlacement, path: str, _: BoardBrand) -> Iterator[Problem]:
    if placement.position is not None and not 0 <= placement.position <= MAX_POSITION:
        yield Problem(f"{path}.position", f"The place is a whole number, 0 to {MAX_POSITION}.")


def _name_problems(placement: StoredPlacement, path: str, brand: BoardBrand) -> Iterator[Problem]:
    for locale, name in placement.names.items():
        where = f"{path}.names.{locale[:35]}"
        if locale not in brand.locales:
            yield Problem(where, f"{brand.name} has no language {locale[:35]!r}: {', '.join(brand.locales)}.")
        if len(name) > MAX_NAME or all(mark.isspace() or is_unseen(mark) for mark in name):
            yield Problem(where, f"A name has 1 to {MAX_NAME} characters.")
        elif "\n" in name:
            yield Problem(where, "A name has one line.")
        elif unseen := unseen_characters(name):
            yield Problem(where, f"A name has no characters that cannot be seen: {unseen}.")


def _image_problems(placement: StoredPlacement, path: str, brand: BoardBrand) -> Iterator[Problem]:
    where, link = f"{path}.imageUrl", placement.image_url
    if not link:
        return
    uploaded = UPLOADED.fullmatch(link)
    if uploaded is None:
        if why := link_problem(link, brand.hosts):
            yield Problem(where, f"The picture's link {why}.")
        return
    facts = brand.images.get(uploaded[1])
    if facts is None:
        yield Problem(where, "There is no such picture: upload it first.")
    elif facts.width < SMALLEST_IMAGE[0] or facts.height < SMALLEST_IMAGE[1]:
        least = " by ".join(map(str, SMALLEST_IMAGE))
        yield Problem(where, f"The picture has {facts.width} by {facts.height} pixels; at least {least}.")
