"""The state of global messages about casino lobbies: the sections and groups of games of a brand."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Instant, Jurisdiction, Locale, Ordinal, require_utc
from subgraphs.kit.records.global_state import Subject, lobby_subject

Slug = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,62}\Z")]
GameId = Annotated[str, Meta(pattern=r"\A[a-z2-7]{16}\Z")]
Names = Annotated[dict[Locale, Annotated[str, Meta(min_length=1, max_length=200)]], Meta(max_length=50)]
Games = Annotated[tuple[GameId, ...], Meta(max_length=500)]


class GameRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which games there are that nobody lists by hand, and in which order.

    Attributes:
        by: `new`: first seen in the last `days`, the newest first; `popular`: launched in the last `days`,
            the most often first; `tag` or `provider`: those with `value`, by name; `all`: by name.
    """

    by: Literal["new", "popular", "tag", "provider", "all"]
    days: Annotated[int, Meta(ge=1, le=90)] = 30
    value: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        """Refuse a rule without the value that it needs."""
        if bool(self.value) != (self.by in {"tag", "provider"}):
            raise ValueError("a rule by tag or provider has a `value`, and no other")


class SectionState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of games: by hand, or by a rule.

    Attributes:
        names: By locale; in other languages it has the one of the brand's default language, or the first.
        games: The platform's own ids of games, without the brand, in order.
        jurisdictions, devices: For whom it is; empty for everybody.
        since, until: From this instant, and before that one; null is without an end there.
    """

    id: Slug
    names: Names
    games: Games = ()
    rule: GameRule | None = None
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Meta(max_length=250)] = ()
    devices: Annotated[tuple[Literal["DESKTOP", "MOBILE"], ...], Meta(max_length=2)] = ()
    since: Instant | None = None
    until: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse what names no games or names them twice, and an end that is not after the beginning."""
        instants: dict[str, datetime | None] = {"since": self.since, "until": self.until}
        require_utc(**{name: instant for name, instant in instants.items() if instant is not None})
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("`until` must be after `since`")
        require_games(self.games, self.rule)


class GroupState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Games that rewards name: free spins may be played on them."""

    id: Slug
    names: Names
    games: Games = ()
    rule: GameRule | None = None

    def __post_init__(self) -> None:
        """Refuse what names no games or names them twice."""
        require_games(self.games, self.rule)


class LobbyState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a brand shows of games, in order; one without any sections shows none.

    Attributes:
        revision: The revision's number in the back office.
    """

    revision: Ordinal
    sections: Annotated[tuple[SectionState, ...], Meta(max_length=50)] = ()
    groups: Annotated[tuple[GroupState, ...], Meta(max_length=100)] = ()

    def __post_init__(self) -> None:
        """Refuse two sections, or two groups, of one id."""
        for listed in (self.sections, self.groups):
            if len({one.id for one in listed}) < len(listed):
                raise ValueError("each section and each group has an id of its own")

    def subject(self, brand: str) -> Subject:
        """Return the subject of the state."""
        return lobby_subject(brand)


def require_games(games: tuple[Any, ...], rule: GameRule | None) -> None:
    """Refuse games that are listed twice, or beside a rule; and neither of the two.

    Raises:
        ValueError: So it is.
    """
    if bool(games) == (rule is not None):
        raise ValueError("either `games` or a `rule`")
    if len(set(games)) < len(games):
        raise ValueError("each game is listed once")
