"""What editors send to boards."""

import strawberry

from backoffice.content.workflow.local_time import Occurrence
from backoffice.events.board.entries import EntryKey, Scope, TypedPlacement
from backoffice.events.board.reading import BoardFilter
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.input
class BoardNameInput:
    """A name in a language of the brand."""

    locale: str
    name: str


@described
@strawberry.input
class BoardPlacementInput:
    """How something is shown in some territories for some time.

    Attributes:
        territories: Empty for all.
        since, until: In the brand's time, such as 2026-03-29T09:00; empty without one.
        position: The place among its like, the lowest first.
        image_url: An address, image:HASH of an uploaded picture, or empty.
    """

    territories: list[str] = strawberry.field(default_factory=list)
    since: str = ""
    since_occurrence: Occurrence | None = None
    until: str = ""
    until_occurrence: Occurrence | None = None
    hidden: bool = False
    position: int | None = None
    names: list[BoardNameInput] = strawberry.field(default_factory=list)
    image_url: str = ""

    def typed(self) -> TypedPlacement:
        """Return what was typed."""
        values = {**vars(self), "territories": tuple(self.territories)}
        return TypedPlacement(**{**values, "names": tuple((name.locale, name.name) for name in self.names)})


@described
@strawberry.input
class ProposeBoardEntryInput:
    """How something is to be shown; `revision` is the one of the entry that the person saw."""

    brand: str
    scope: Scope
    entry: str
    revision: int
    placements: list[BoardPlacementInput]
    reason: str


@described
@strawberry.input
class RemoveBoardEntryInput:
    """What is to be shown as its providers tell it."""

    brand: str
    scope: Scope
    entry: str
    revision: int
    reason: str


@described
@strawberry.input
class RollBackBoardEntryInput:
    """An earlier revision of an entry to propose again; `seen` is the one in force that the person saw."""

    brand: str
    scope: Scope
    entry: str
    revision: int
    seen: int
    reason: str


@described
@strawberry.input
class TryBoardEntryInput:
    """How something might be shown, for a territory, a language and a time of the brand.

    Attributes:
        placements: None to show it as its providers tell it.
        proposal: A proposal about it, in place of placements.
        territory: Empty for customers of whom it is not known.
        locale: Empty for the brand's first language.
        at: In the brand's time; empty for now, or once the first placement begins.
    """

    brand: str
    scope: Scope
    entry: str
    placements: list[BoardPlacementInput] = strawberry.field(default_factory=list)
    proposal: str | None = None
    territory: str = ""
    locale: str = ""
    at: str = ""

    def wanted(self) -> BoardFilter:
        """Return where and in which language it is looked at."""
        return BoardFilter(self.scope, territory=self.territory, locale=self.locale)


def key_of(
    wanted: ProposeBoardEntryInput | RemoveBoardEntryInput | RollBackBoardEntryInput | TryBoardEntryInput,
) -> EntryKey:
    """Return the key of an input."""
    return EntryKey(wanted.brand, wanted.scope, wanted.entry)
