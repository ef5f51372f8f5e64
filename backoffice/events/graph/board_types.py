"""The types of boards in the back office's graph."""

from collections.abc import Callable
from datetime import datetime

import strawberry
from strawberry import ID

from backoffice.approvals.proposals import Proposal
from backoffice.content.workflow.local_time import Occurrence
from backoffice.errors import Problem
from backoffice.events.board.checks import BoardBrand, territories
from backoffice.events.board.entries import Scope, StoredPlacement, local_time
from backoffice.events.board.preview import ShownItem
from backoffice.events.board.reading import BoardItem, EntryDetails
from backoffice.events.board.repository import EntryRevision
from backoffice.events.board.trial import PreviewList, Tried
from subgraphs.kit.graphql.descriptions import described

ScreenAddress = Callable[[str | None], str | None]
"""Returns where the screens find a picture."""

strawberry.enum(Scope, name="BoardScope", description="What an entry of a board is about.")


@described
@strawberry.type
class BoardSport:
    """A sport of which there are events."""

    id: ID
    name: str


@described
@strawberry.type
class BoardBrandInfo:
    """What a brand's board can say.

    Attributes:
        jurisdictions: The countries in which it is licensed.
        countries: The codes of all countries.
    """

    id: ID
    name: str
    locales: list[str]
    time_zone: str
    jurisdictions: list[str]
    countries: list[str]
    sports: list[BoardSport]


@described
@strawberry.type
class BoardName:
    """A name in a language."""

    locale: str
    name: str


@described
@strawberry.type
class BoardPlacement:
    """How something is shown in some territories for some time.

    Attributes:
        territories: Empty for all.
        since_local: In the brand's time, such as 2026-03-29T09:00; empty without a beginning.
        since_occurrence: Which of two, where the clocks go back.
        position: The place among its like, the lowest first.
        image_url: As stored: an address, or image:HASH.
        image_address: Where a browser finds the picture.
    """

    territories: list[str]
    since: datetime | None
    since_local: str
    since_occurrence: Occurrence | None
    until: datetime | None
    until_local: str
    until_occurrence: Occurrence | None
    hidden: bool
    position: int | None
    names: list[BoardName]
    image_url: str
    image_address: str | None


@described
@strawberry.type
class BoardProposal:
    """A proposal that waits for another person."""

    id: ID
    proposed_by: str
    proposed_at: datetime
    reason: str


@described
@strawberry.type
class BoardItemInfo:
    """A sport, a competition or an event, and how it is shown now.

    Attributes:
        id: The scope and the id.
        name: As its providers tell it.
        sport: The id of its sport; empty if nobody tells of it any more.
        status: How far an event is; null for others.
        shown_name: In the language that was asked for.
        position: The place that editors gave it; null without one.
        on_board: Whether editors say how it is shown; otherwise it is shown as its providers tell it.
        placements: How many ways it is shown in.
        changes_at: When it is next shown otherwise, as far as the schedule says.
    """

    id: ID
    brand: str
    scope: Scope
    entry: str
    name: str
    sport: str
    competition: str
    starts_at: datetime | None
    status: str | None
    shown_name: str
    image_address: str | None
    position: int | None
    hidden: bool
    on_board: bool
    placements: int
    changes_at: datetime | None
    pending: list[BoardProposal]


@described
@strawberry.type
class BoardEntryInfo:
    """All about one entry of a board.

    Attributes:
        revision: Of the entry; 0 before the first.
        placements: The first that is in force says how it is shown; none if its providers say it.
    """

    item: BoardItemInfo
    revision: int
    placements: list[BoardPlacement]


@described
@strawberry.type
class BoardRevisionInfo:
    """What was decided about an entry at one time.

    Attributes:
        name: As its providers told it then.
        placements: None if it was removed.
        approved_by: Null for what was found on the topic.
    """

    id: ID
    revision: int
    name: str
    placements: list[BoardPlacement]
    reason: str | None
    proposed_by: str
    approved_by: str | None
    changed_at: datetime


@described
@strawberry.type
class BoardPreviewItem:
    """A member of a list as customers see it."""

    entry: str
    name: str
    starts_at: datetime | None
    image_address: str | None


@described
@strawberry.type
class BoardPreviewList:
    """A part of a list as customers see it.

    Attributes:
        place: Of what the proposal is about, from 1; null if it is not shown.
        first: The place of the first item here.
        total: How many the whole list has.
    """

    items: list[BoardPreviewItem]
    place: int | None
    first: int
    total: int


@described
@strawberry.type
class BoardProblem:
    """Something that is wrong, or that is never shown."""

    path: str
    message: str


@described
@strawberry.type
class BoardPreview:
    """A list before and after a proposal; as long as there are problems, both are the same."""

    before: BoardPreviewList
    after: BoardPreviewList
    problems: list[BoardProblem]
    warnings: list[BoardProblem]


def brand_to_graphql(brand: BoardBrand, sports: list[tuple[str, str]]) -> BoardBrandInfo:
    """Return a brand, with the sports of which there are events."""
    return BoardBrandInfo(
        id=ID(brand.id),
        name=brand.name,
        locales=list(brand.locales),
        time_zone=brand.time_zone,
        jurisdictions=list(brand.jurisdictions),
        countries=sorted(territories()),
        sports=[BoardSport(id=ID(sport), name=name) for sport, name in sports],
    )


def item_to_graphql(item: BoardItem, brand: str, address: ScreenAddress) -> BoardItemInfo:
    """Return something that a brand can show."""
    subject, shown = item.subject, item.shown
    return BoardItemInfo(
        id=ID(f"{subject.scope.value}:{subject.id}"),
        brand=brand,
        scope=subject.scope,
        entry=subject.id,
        name=subject.name,
        sport=subject.sport,
        competition=subject.competition,
        starts_at=subject.starts_at,
        status=subject.status,
        shown_name=shown.name,
        image_address=address(shown.image_url),
        position=shown.position,
        hidden=shown.hidden,
        on_board=item.entry is not None,
        placements=0 if item.entry is None else len(item.entry.placements),
        changes_at=item.changes_at,
        pending=[_proposal(proposal) for proposal in item.pending],
    )


def entry_to_graphql(details: EntryDetails, address: ScreenAddress) -> BoardEntryInfo:
    """Return all about one entry."""
    brand = details.brand
    return BoardEntryInfo(
        item=item_to_graphql(details.item, brand.id, address),
        revision=details.revision,
        placements=[_placement(placement, brand.time_zone, address) for placement in details.placements],
    )


def revision_to_graphql(revision: EntryRevision, zone: str, address: ScreenAddress) -> BoardRevisionInfo:
    """Return a revision of an entry."""
    return BoardRevisionInfo(
        id=ID(f"{revision.key.subject}:{revision.revision}"),
        revision=revision.revision,
        name=revision.name,
        placements=[_placement(placement, zone, address) for placement in revision.placements],
        reason=revision.reason,
        proposed_by=revision.proposed_by,
        approved_by=revision.approved_by,
        changed_at=revision.changed_at,
    )


def preview_to_graphql(tried: Tried, address: ScreenAddress) -> BoardPreview:
    """Return a list before and after."""
    return BoardPreview(
        before=_list(tried.before, address),
        after=_list(tried.after, address),
        problems=[_problem(problem) for problem in tried.problems],
        warnings=[_problem(warning) for warning in tried.warnings],
    )


def _problem(problem: Problem) -> BoardProblem:
    return BoardProblem(path=problem.path, message=problem.message)


def _proposal(proposal: Proposal) -> BoardProposal:
    return BoardProposal(
        id=ID(proposal.proposal_id),
        proposed_by=proposal.proposer_name,
        proposed_at=proposal.proposed_at,
        reason=proposal.reason,
    )


def _list(shown: PreviewList, address: ScreenAddress) -> BoardPreviewList:
    return BoardPreviewList(
        items=[_preview_item(item, address) for item in shown.items],
        place=shown.place,
        first=shown.first,
        total=shown.total,
    )


def _preview_item(item: ShownItem, address: ScreenAddress) -> BoardPreviewItem:
    return BoardPreviewItem(
        entry=item.subject.id,
        name=item.name,
        starts_at=item.subject.starts_at,
        image_address=address(item.image_url),
    )


def _placement(placement: StoredPlacement, zone: str, address: ScreenAddress) -> BoardPlacement:
    since, since_occurrence = local_time(placement.since, zone)
    until, until_occurrence = local_time(placement.until, zone)
    return BoardPlacement(
        territories=list(placement.territories),
        since=placement.since,
        since_local=since,
        since_occurrence=since_occurrence,
        until=placement.until,
        until_local=until,
        until_occurrence=until_occurrence,
        hidden=placement.hidden,
        position=placement.position,
        names=[BoardName(locale=locale, name=name) for locale, name in sorted(placement.names.items())],
        image_url=placement.image_url,
        image_address=address(placement.image_url or None),
    )
