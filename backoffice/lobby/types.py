"""Lobbies in the back office's graph: what editors see, and what they send."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import strawberry

from backoffice.content.workflow.local_time import Occurrence
from backoffice.errors import Problem
from backoffice.lobby.reading import DecidedLobby, Tried
from backoffice.lobby.typed import TypedLobby, TypedRule, TypedSection, wall_time
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described
from subgraphs.lobby.catalogue.games import Game
from subgraphs.lobby.catalogue.lobbies import Group, Rule, Section
from subgraphs.lobby.catalogue.views import ShownSection
from subgraphs.lobby.records.providers import ProviderHealth


@described
@strawberry.type
class LobbyGameInfo:
    """A game of a provider.

    Attributes:
        id: The platform's own, without a brand.
        studio: Who made it.
        certified: Where its provider says that it is certified; the installation's file may say more.
    """

    id: str
    name: str
    provider: str
    code: str
    studio: str
    image_url: str | None
    tags: list[str]
    devices: list[str]
    certified: list[str]
    first_seen: datetime

    @classmethod
    def of(cls, game: Game) -> "LobbyGameInfo":
        """Return a game."""
        return with_fields_of(
            cls,
            game,
            id=game.own_id,
            tags=list(game.tags),
            devices=sorted(game.devices),
            certified=sorted(game.jurisdictions),
        )


@described
@strawberry.type
class LobbyNameInfo:
    """A name in a language of the brand."""

    locale: str
    name: str


@described
@strawberry.type
class LobbyRuleInfo:
    """Which games there are that nobody lists by hand."""

    by: str
    days: int
    value: str


@described
@strawberry.type
class LobbySectionInfo:
    """A section, or a group, which is for everybody at any time.

    Attributes:
        games: Those that are listed by hand; one that no provider has any more has its id as its name.
        since, until: In the brand's time; empty without one.
    """

    id: str
    names: list[LobbyNameInfo]
    games: list["LobbyListedGame"]
    rule: LobbyRuleInfo | None
    jurisdictions: list[str]
    devices: list[str]
    since: str
    until: str


@described
@strawberry.type
class LobbyListedGame:
    """A game that is listed by hand; whether any provider has it."""

    id: str
    name: str
    exists: bool


@described
@strawberry.type
class LobbyContentInfo:
    """The lobby of a brand.

    Attributes:
        revision: 0 while it is the usual one, by rules.
    """

    revision: int
    sections: list[LobbySectionInfo]
    groups: list[LobbySectionInfo]
    locales: list[str]
    jurisdictions: list[str]
    time_zone: str


@described
@strawberry.type
class LobbyProviderInfo:
    """How a provider of games is.

    Attributes:
        away_since: Since when its list cannot be used; its last one stays.
        left_out: How many games of its list cannot be used.
    """

    provider: str
    listed_at: datetime | None
    asked_at: datetime
    away_since: datetime | None
    games: int
    left_out: int
    reason: str


@described
@strawberry.type
class LobbyShownSection:
    """A section as customers see it."""

    id: str
    name: str
    games: list[LobbyGameInfo]


@described
@strawberry.type
class LobbyProblem:
    """What is wrong with a field of the input."""

    path: str
    message: str


@described
@strawberry.type
class LobbyPreview:
    """A lobby as customers see it before and after a proposal; with problems, it is as before."""

    before: list[LobbyShownSection]
    after: list[LobbyShownSection]
    problems: list[LobbyProblem]


@described
@strawberry.input
class LobbyNameInput:
    """A name in a language of the brand."""

    locale: str
    name: str


@described
@strawberry.input
class LobbyRuleInput:
    """A rule for games: `new`, `popular`, `tag`, `provider` or `all`."""

    by: str
    days: int = 30
    value: str = ""


@described
@strawberry.input
class LobbyGroupInput:
    """A group of games, listed or by a rule."""

    id: str
    names: list[LobbyNameInput]
    games: list[str] = strawberry.field(default_factory=list)
    rule: LobbyRuleInput | None = None

    def typed(self) -> TypedSection:
        """Return what was typed."""
        return TypedSection(self.id, _names(self.names), tuple(self.games), _rule(self.rule))


@described
@strawberry.input
class LobbySectionInput:
    """A section of games, listed or by a rule.

    Attributes:
        jurisdictions, devices: For whom it is; empty for everybody.
        since, until: In the brand's time, such as 2026-03-29T09:00; empty without one.
    """

    id: str
    names: list[LobbyNameInput]
    games: list[str] = strawberry.field(default_factory=list)
    rule: LobbyRuleInput | None = None
    jurisdictions: list[str] = strawberry.field(default_factory=list)
    devices: list[str] = strawberry.field(default_factory=list)
    since: str = ""
    since_occurrence: Occurrence | None = None
    until: str = ""
    until_occurrence: Occurrence | None = None

    def typed(self) -> TypedSection:
        """Return what was typed."""
        return TypedSection(
            self.id,
            _names(self.names),
            tuple(self.games),
            _rule(self.rule),
            tuple(self.jurisdictions),
            tuple(self.devices),
            self.since,
            self.since_occurrence,
            self.until,
            self.until_occurrence,
        )


@described
@strawberry.input
class ProposeLobbyInput:
    """All of a brand's lobby as it is to be; `revision` is the one that the person saw."""

    brand: str
    revision: int
    sections: list[LobbySectionInput]
    groups: list[LobbyGroupInput] = strawberry.field(default_factory=list)
    reason: str

    def typed(self) -> TypedLobby:
        """Return what was typed."""
        return _typed(self.sections, self.groups)


@described
@strawberry.input
class TryLobbyInput:
    """A lobby as it might be, for a jurisdiction, a device and a time of the brand.

    Attributes:
        proposal: A proposal, in place of sections.
        locale: Empty for the brand's first language.
        at: In the brand's time; empty for now.
    """

    brand: str
    sections: list[LobbySectionInput] = strawberry.field(default_factory=list)
    groups: list[LobbyGroupInput] = strawberry.field(default_factory=list)
    proposal: str | None = None
    jurisdiction: str
    device: str = "DESKTOP"
    locale: str = ""
    at: str = ""

    def typed(self) -> TypedLobby:
        """Return what was typed."""
        return _typed(self.sections, self.groups)


def content_to_graphql(decided: DecidedLobby) -> LobbyContentInfo:
    """Return a lobby as the graph has it."""
    brand, games = decided.brand, decided.catalogue.games
    return LobbyContentInfo(
        revision=decided.revision,
        sections=[_section_info(section, games, brand.time_zone) for section in decided.lobby.sections],
        groups=[_section_info(group, games, brand.time_zone) for group in decided.lobby.groups],
        locales=list(brand.locales),
        jurisdictions=list(brand.jurisdictions),
        time_zone=brand.time_zone,
    )


def preview_to_graphql(tried: Tried, locale: str) -> LobbyPreview:
    """Return a preview as the graph has it."""
    return LobbyPreview(
        before=_shown(tried.before, locale),
        after=_shown(tried.after, locale),
        problems=[_problem(problem) for problem in tried.problems],
    )


def provider_to_graphql(health: ProviderHealth) -> LobbyProviderInfo:
    """Return how a provider is as the graph has it."""
    return with_fields_of(LobbyProviderInfo, health)


def _problem(problem: Problem) -> LobbyProblem:
    return LobbyProblem(path=problem.path, message=problem.message)


def _shown(sections: Iterable[ShownSection], locale: str) -> list[LobbyShownSection]:
    return [
        LobbyShownSection(
            id=section.id,
            name=section.names.get(locale) or next(iter(section.names.values()), section.id),
            games=[LobbyGameInfo.of(game) for game in games],
        )
        for section, games in sections
    ]


def _section_info(one: Section | Group, games: Mapping[str, Game], zone: str) -> LobbySectionInfo:
    section = one if isinstance(one, Section) else Section(id=one.id, names={})
    return LobbySectionInfo(
        id=one.id,
        names=[LobbyNameInfo(locale=locale, name=name) for locale, name in one.names.items()],
        games=[
            LobbyListedGame(
                id=own_id, name=games[own_id].name if own_id in games else own_id, exists=own_id in games
            )
            for own_id in one.games
        ],
        rule=_rule_info(one.rule),
        jurisdictions=sorted(section.jurisdictions),
        devices=sorted(section.devices),
        since=wall_time(section.since, zone),
        until=wall_time(section.until, zone),
    )


def _rule_info(rule: Rule | None) -> LobbyRuleInfo | None:
    return None if rule is None else LobbyRuleInfo(by=rule.by, days=rule.days, value=rule.value)


def _typed(sections: Sequence[LobbySectionInput], groups: Sequence[LobbyGroupInput]) -> TypedLobby:
    return TypedLobby(
        tuple(section.typed() for section in sections), tuple(group.typed() for group in groups)
    )


def _names(names: Iterable[LobbyNameInput]) -> tuple[tuple[str, str], ...]:
    return tuple((name.locale, name.name) for name in names)


def _rule(rule: LobbyRuleInput | None) -> TypedRule | None:
    return None if rule is None else TypedRule(rule.by, rule.days, rule.value)
