"""The checks that a lobby has to pass, each problem at its field and in words."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from backoffice.content.workflow.local_time import typed_instant
from backoffice.errors import Invalid, Problem
from backoffice.lobby.typed import TypedLobby, TypedRule, TypedSection
from backoffice.unseen_characters import is_unseen, unseen_characters
from consumers.messages.global_events.lobby_states import GameRule, GroupState, LobbyState, SectionState
from consumers.messages.global_events.states import state_fields
from subgraphs.lobby.records.launches import MAX_DAYS

MAX_SECTIONS: Final = 50
MAX_GROUPS: Final = 100
MAX_GAMES: Final = 500
MAX_NAME: Final = 200
MAX_VALUE: Final = 200
MAX_BYTES: Final = 60_000
"""How long a lobby may be as JSON: with its message it waits in a column of 64 kB on MariaDB."""

RULES: Final = frozenset(("new", "popular", "tag", "provider", "all"))
DEVICES: Final = ("DESKTOP", "MOBILE")
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class LobbyBrand:
    """What is known of a brand, against which its lobby is checked."""

    id: str
    name: str
    locales: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    time_zone: str


def checked_lobby(typed: TypedLobby, brand: LobbyBrand, games: Collection[str], revision: int) -> LobbyState:
    """Return a lobby as nodes have it, with instants in UTC.

    Args:
        typed: As it was typed.
        brand: Whose it is.
        games: The own ids of the games that there are.
        revision: Its number.

    Raises:
        Invalid: A rule is broken; each field that breaks one is a problem of its own.
    """
    if problems := list(_problems(typed, brand, games)):
        raise Invalid(problems)
    sections, found = [], list[Problem]()
    for at, one in enumerate(typed.sections):
        where = f"sections.{at}"
        since = typed_instant(one.since, one.since_occurrence, brand.time_zone, f"{where}.since", found)
        until = typed_instant(one.until, one.until_occurrence, brand.time_zone, f"{where}.until", found)
        if since and until and since >= until:
            found.append(Problem(f"{where}.until", "The end must be after the beginning."))
            until = None
        sections.append(_section(one, since, until))
    if found:
        raise Invalid(found)
    groups = tuple(GroupState(**_common(group)) for group in typed.groups)
    state = LobbyState(revision=revision, sections=tuple(sections), groups=groups)
    if len(json.dumps(state_fields(state))) > MAX_BYTES:
        raise Invalid([Problem("sections", f"The lobby is longer than {MAX_BYTES // 1000} kB.")])
    return state


def _section(one: TypedSection, since: datetime | None, until: datetime | None) -> SectionState:
    return SectionState(
        **_common(one),
        jurisdictions=tuple(sorted(set(one.jurisdictions))),
        devices=tuple(device for device in DEVICES if device in one.devices),
        since=since,
        until=until,
    )


def _common(one: TypedSection) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": one.id,
        "names": {locale: name.strip() for locale, name in one.names},
        "games": one.games,
        "rule": None if rule is None else GameRule(by=rule.by, days=rule.days, value=rule.value.strip()),  # type: ignore[arg-type] # checked
    }


def _problems(typed: TypedLobby, brand: LobbyBrand, games: Collection[str]) -> Iterator[Problem]:
    for name, listed, most in (
        ("sections", typed.sections, MAX_SECTIONS),
        ("groups", typed.groups, MAX_GROUPS),
    ):
        if len(listed) > most:
            yield Problem(name, f"There are at most {most}.")
            return
        seen: set[str] = set()
        for at, one in enumerate(listed):
            where = f"{name}.{at}"
            if _SLUG.fullmatch(one.id) is None:
                yield Problem(f"{where}.id", "An id has 1 to 63 small letters, digits and hyphens.")
            if one.id in seen:
                yield Problem(f"{where}.id", "There is another one of this id.")
            seen.add(one.id)
            yield from _name_problems(one.names, where, brand)
            yield from _game_problems(one, where, games)
            yield from _condition_problems(one, where, brand)


def _name_problems(names: Sequence[tuple[str, str]], where: str, brand: LobbyBrand) -> Iterator[Problem]:
    if not names:
        yield Problem(f"{where}.names", "It needs a name in at least one language.")
    if len({locale for locale, _ in names}) < len(names):
        yield Problem(f"{where}.names", "A language has two names.")
    for locale, name in names:
        path = f"{where}.names.{locale[:35]}"
        if locale not in brand.locales:
            yield Problem(path, f"{brand.name} has no language {locale[:35]!r}: {', '.join(brand.locales)}.")
        if len(name) > MAX_NAME or all(mark.isspace() or is_unseen(mark) for mark in name):
            yield Problem(path, f"A name has 1 to {MAX_NAME} characters.")
        elif "\n" in name:
            yield Problem(path, "A name has one line.")
        elif unseen := unseen_characters(name):
            yield Problem(path, f"A name has no characters that cannot be seen: {unseen}.")


def _game_problems(one: TypedSection, where: str, games: Collection[str]) -> Iterator[Problem]:
    if bool(one.games) == (one.rule is not None):
        yield Problem(f"{where}.games", "List games, or choose a rule.")
    if len(one.games) > MAX_GAMES:
        yield Problem(f"{where}.games", f"There are at most {MAX_GAMES} games.")
        return
    if len(set(one.games)) < len(one.games):
        yield Problem(f"{where}.games", "A game is listed twice.")
    for at, own_id in enumerate(one.games):
        if own_id not in games:
            yield Problem(f"{where}.games.{at}", f"There is no game {own_id[:32]!r}.")
    if one.rule is not None:
        yield from _rule_problems(one.rule, f"{where}.rule")


def _rule_problems(rule: TypedRule, where: str) -> Iterator[Problem]:
    if rule.by not in RULES:
        yield Problem(f"{where}.by", f"A rule is one of {', '.join(sorted(RULES))}.")
    if not 1 <= rule.days <= MAX_DAYS:
        yield Problem(f"{where}.days", f"The days are 1 to {MAX_DAYS}.")
    value = rule.value.strip()
    if bool(value) != (rule.by in {"tag", "provider"}):
        yield Problem(f"{where}.value", "Rules by tag and provider need a value, and others have none.")
    elif len(value) > MAX_VALUE:
        yield Problem(f"{where}.value", f"A value has at most {MAX_VALUE} characters.")


def _condition_problems(one: TypedSection, where: str, brand: LobbyBrand) -> Iterator[Problem]:
    for code in one.jurisdictions:
        if code not in brand.jurisdictions:
            listed = ", ".join(brand.jurisdictions)
            yield Problem(f"{where}.jurisdictions", f"{brand.name} is not in {code[:8]!r}: {listed}.")
    for device in one.devices:
        if device not in DEVICES:
            yield Problem(f"{where}.devices", f"A device is one of {', '.join(DEVICES)}.")
