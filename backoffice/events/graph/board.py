"""Boards in the back office's graph."""

from typing import Annotated, Final

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.events.area import EventsArea
from backoffice.events.board.entries import EntryKey, Scope
from backoffice.events.board.reading import BoardFilter
from backoffice.events.graph.board_inputs import (
    ProposeBoardEntryInput,
    RemoveBoardEntryInput,
    RollBackBoardEntryInput,
    TryBoardEntryInput,
    key_of,
)
from backoffice.events.graph.board_types import (
    BoardBrandInfo,
    BoardEntryInfo,
    BoardItemInfo,
    BoardPreview,
    BoardRevisionInfo,
    brand_to_graphql,
    entry_to_graphql,
    item_to_graphql,
    preview_to_graphql,
    revision_to_graphql,
)
from backoffice.graph.area import OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, number_key, page_of, page_size, read_cursor
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
Day = Annotated[
    str | None, strawberry.argument(description="As 2026-03-29, in the brand's time; of events only.")
]
OnBoard = Annotated[
    bool,
    strawberry.argument(
        description="Only what the board has an entry of, also if no provider tells of it any more."
    ),
]
PLACE: Final = tuple[Name, Name, Name]
_READ, _EDIT = Permission.EVENTS_BOARD, Permission.EVENTS_EDIT


@fields_described
@strawberry.type
class BoardQuery:
    """Reads of boards."""

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def board_brand(self, info: OfficeInfo, brand: str) -> BoardBrandInfo:
        """What a brand's board can say: its languages and countries, and the sports that there are."""
        context = info.context
        reading = context.area(EventsArea).board_reading
        known = await reading.brand(context.actor, brand)
        return brand_to_graphql(known, await reading.sports(context.actor, brand))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def board(  # noqa: PLR0917 - filters, which are given by name
        self,
        info: OfficeInfo,
        brand: str,
        scope: Scope,
        sport: str | None = None,
        search: str | None = None,
        day: Day = None,
        territory: str = "",
        locale: str = "",
        on_board: OnBoard = False,  # noqa: FBT002 - given by name
        first: First = 25,
        after: str | None = None,
    ) -> Page[BoardItemInfo]:
        """What a brand can show, by name or by time, each with how it is shown now."""
        area = info.context.area(EventsArea)
        wanted = BoardFilter(scope, sport, search, day, territory, locale, on_board)
        page = await area.board_reading.page(
            info.context.actor, brand, wanted, page_size(first), read_cursor(after, PLACE)
        )
        return page_of(
            page, first, lambda item: item_to_graphql(item, brand, area.address), lambda item: item.place
        )

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def board_entry(self, info: OfficeInfo, brand: str, scope: Scope, entry: str) -> BoardEntryInfo:
        """How a brand shows a sport, a competition or an event."""
        area = info.context.area(EventsArea)
        key = EntryKey(brand, scope, entry)
        return entry_to_graphql(await area.board_reading.find(info.context.actor, key), area.address)

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def board_revisions(  # noqa: PLR0917 - the key, and a page
        self,
        info: OfficeInfo,
        brand: str,
        scope: Scope,
        entry: str,
        first: First = 25,
        after: str | None = None,
    ) -> Page[BoardRevisionInfo]:
        """The revisions of an entry, the newest first."""
        area, actor, before = info.context.area(EventsArea), info.context.actor, number_key(after)
        known = await area.board_reading.brand(actor, brand)
        revisions = await area.board_reading.revisions(
            actor, EntryKey(brand, scope, entry), page_size(first), before
        )
        return page_of(
            revisions,
            first,
            lambda revision: revision_to_graphql(revision, known.time_zone, area.address),
            lambda revision: revision.revision,
        )

    @strawberry.field(directives=[permitted(_READ, "input.brand")])
    async def try_board_entry(
        self,
        info: OfficeInfo,
        input: TryBoardEntryInput,  # noqa: A002
    ) -> BoardPreview:
        """A list as customers see it, before and after a proposal; nothing of it is kept."""
        area = info.context.area(EventsArea)
        given = input.proposal or [placement.typed() for placement in input.placements]
        tried = await area.board_trial.try_entry(
            info.context.actor, key_of(input), given, input.wanted(), input.at
        )
        return preview_to_graphql(tried, area.address)


@fields_described
@strawberry.type
class BoardMutation:
    """Changes of boards, each approved by another person."""

    @strawberry.mutation(directives=[permitted(_EDIT, "input.brand")])
    async def propose_board_entry(self, info: OfficeInfo, input: ProposeBoardEntryInput) -> ID:  # noqa: A002
        """Propose how a brand shows something; another person approves it."""
        context = info.context
        typed = [placement.typed() for placement in input.placements]
        editing = context.area(EventsArea).board_editing
        return ID(
            await editing.propose(
                context.actor, key_of(input), typed, seen=input.revision, reason=input.reason
            )
        )

    @strawberry.mutation(directives=[permitted(_EDIT, "input.brand")])
    async def remove_board_entry(self, info: OfficeInfo, input: RemoveBoardEntryInput) -> ID:  # noqa: A002
        """Propose to show something as its providers tell it; another person approves it."""
        context = info.context
        editing = context.area(EventsArea).board_editing
        return ID(
            await editing.remove(context.actor, key_of(input), seen=input.revision, reason=input.reason)
        )

    @strawberry.mutation(directives=[permitted(_EDIT, "input.brand")])
    async def roll_back_board_entry(
        self,
        info: OfficeInfo,
        input: RollBackBoardEntryInput,  # noqa: A002
    ) -> ID:
        """Propose an earlier revision again; another person approves it."""
        context = info.context
        editing = context.area(EventsArea).board_editing
        return ID(
            await editing.roll_back(
                context.actor, key_of(input), input.revision, seen=input.seen, reason=input.reason
            )
        )
