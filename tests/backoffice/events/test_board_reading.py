"""The screen of a board: what a brand can show, how it is shown now, and what a proposal would change."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from backoffice.errors import Invalid, NotFound
from backoffice.events.board.entries import EntryKey, Scope, TypedPlacement
from backoffice.events.board.reading import BoardFilter
from backoffice.events.board.subjects import Place
from backoffice.events.board.trial import PreviewList
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import competition_id
from tests.backoffice.board_fixture import (
    ADA,
    CUP,
    DERBY,
    EDDA,
    FOOTBALL,
    LEAGUE,
    OFFERS,
    VIC,
    BoardFixture,
    named,
    offer,
    tell,
)
from tests.support.office.backoffice_fixture import NOW

EVENTS = BoardFilter(Scope.EVENT)


async def names(board_area: BoardFixture, wanted: BoardFilter, after: Place | None = None) -> list[str]:
    """Return the names of a list."""
    page = await board_area.reading.page(VIC, "northbet", wanted, 10, after)
    return [item.subject.name for item in page]


async def test_it_lists_sports_competitions_and_coming_events(board_area: BoardFixture) -> None:
    """By name or by time, found by words, sport and day of the brand, page by page."""
    assert await names(board_area, BoardFilter(Scope.SPORT)) == ["Football", "Horse Racing"]
    assert await names(board_area, BoardFilter(Scope.COMPETITION)) == ["Premier League", "Ascot"]
    assert await names(board_area, BoardFilter(Scope.COMPETITION, sport="horse-racing")) == ["Ascot"]
    events = ["Ascot 14:30", "Everton v Liverpool", "Arsenal v Chelsea"]
    assert await names(board_area, EVENTS) == events
    first = (await board_area.reading.page(VIC, "northbet", EVENTS, 1))[0].place
    assert await names(board_area, EVENTS, after=first) == events[1:]
    assert await names(board_area, EVENTS._replace(search="liverpool")) == events[1:2]
    assert await names(board_area, EVENTS._replace(sport="football", day="2026-03-27")) == events[2:]
    for wanted in (EVENTS._replace(day="soon"), EVENTS._replace(search="x" * 101)):
        with pytest.raises(Invalid):
            await names(board_area, wanted)


async def test_a_day_is_the_brand_s(board_area: BoardFixture) -> None:
    """When the clocks go forward, half past midnight is of that day, and 23 hours later of the next."""
    hours = [(day, NOW.replace(day=day, hour=hour, minute=30)) for day, hour in ((28, 23), (29, 0), (29, 23))]
    for number, (_, at) in enumerate(hours):
        row = offer(f"late-{number}", f"Late {number}")
        await tell(board_area.events, {**row, "starts_at": at})
    assert await names(board_area, EVENTS._replace(day="2026-03-29")) == ["Late 1"]
    assert await names(board_area, EVENTS._replace(day="2026-03-30")) == ["Late 2"]


async def test_each_is_listed_with_how_it_is_shown_and_what_waits(board_area: BoardFixture) -> None:
    """In a territory and language, now; with the next instant at which that changes."""
    await board_area.change(
        CUP,
        TypedPlacement(hidden=True, territories=("DE",), until="2026-03-26T10:00"),
        named("The Cup Final", position=3),
    )
    proposal = await board_area.propose(DERBY, named("Derby"))
    listed = await board_area.reading.page(
        VIC, "northbet", EVENTS._replace(territory="DE", locale="en-GB"), 10
    )
    by_id = {item.subject.id: item for item in listed}
    cup, derby, ascot = (by_id[own] for own in ("cup-final", "derby", "ascot"))
    assert (cup.shown.hidden, cup.changes_at) == (True, NOW.replace(day=26, hour=10))
    assert [one.proposal_id for one in derby.pending] == [proposal]
    assert (derby.entry, ascot.entry, ascot.pending) == (None, None, ())
    found = await board_area.reading.page(
        VIC, "northbet", EVENTS._replace(territory="GB", locale="en-GB"), 10
    )
    shown = {item.subject.id: item.shown for item in found}["cup-final"]
    assert (shown.hidden, shown.name, shown.position) == (False, "The Cup Final", 3)


def shown(listed: PreviewList) -> list[str]:
    """Return the names of a preview."""
    return [item.name for item in listed.items]


async def test_a_preview_shows_a_list_before_and_after(board_area: BoardFixture) -> None:
    """For a territory, a language and an instant; nothing of it is kept, and problems are said."""
    final = named("The Cup Final", position=1, territories=("DE",), since="2026-03-27T18:00")
    wanted = EVENTS._replace(territory="DE", locale="en-GB")
    before = ["Everton v Liverpool", "Arsenal v Chelsea"]
    tried = await board_area.trial.try_entry(EDDA, CUP, [final], wanted, "2026-03-27T18:00")
    assert (shown(tried.before), tried.before.place) == (before, 2)
    assert (shown(tried.after), tried.after.place) == (["The Cup Final", "Everton v Liverpool"], 1)
    assert await board_area.trial.try_entry(EDDA, CUP, [final], wanted) == tried
    for where, at in ((wanted, "2026-03-27T17:59"), (wanted._replace(territory="GB"), "2026-03-27T18:00")):
        unchanged = await board_area.trial.try_entry(EDDA, CUP, [final], where, at)
        assert shown(unchanged.after) == before
    hidden = await board_area.trial.try_entry(EDDA, CUP, [TypedPlacement(hidden=True)], EVENTS)
    assert (shown(hidden.after), hidden.after.place, hidden.after.total) == (before[:1], None, 1)
    wrong = await board_area.trial.try_entry(EDDA, CUP, [named("")], EVENTS)
    assert [problem.path for problem in wrong.problems] == ["placements.0.names.en-GB"]
    assert wrong.after == wrong.before
    never = await board_area.trial.try_entry(EDDA, CUP, [named("A"), named("B")], EVENTS)
    assert [warning.path for warning in never.warnings] == ["placements.1"]
    assert await board_area.board() == {}
    with pytest.raises(Invalid):
        await board_area.trial.try_entry(EDDA, CUP, [], EVENTS, "soon")


async def test_an_approver_previews_a_proposal(board_area: BoardFixture) -> None:
    """By its id: only as one about that entry of that brand."""
    proposal = await board_area.propose(CUP, named("The Cup Final", position=1))
    wanted = EVENTS._replace(locale="en-GB")
    tried = await board_area.trial.try_entry(ADA, CUP, proposal, wanted)
    assert shown(tried.after) == ["The Cup Final", "Everton v Liverpool"]
    for key, other in ((DERBY, proposal), (CUP, "none")):
        with pytest.raises(NotFound):
            await board_area.trial.try_entry(ADA, key, other, wanted)


@pytest.mark.parametrize("key", [FOOTBALL, LEAGUE], ids=["sport", "competition"])
async def test_sports_and_competitions_are_previewed_among_their_like(
    board_area: BoardFixture, key: EntryKey
) -> None:
    """A name in another language than that of the preview changes nothing there."""
    german = TypedPlacement(names=(("de-DE", "Fußball"),))
    wanted = BoardFilter(key.scope, locale="de-DE")
    tried = await board_area.trial.try_entry(EDDA, key, [german], wanted)
    assert tried.after.items[0].name == "Fußball"
    english = await board_area.trial.try_entry(EDDA, key, [german], wanted._replace(locale="en-GB"))
    assert shown(english.after) == shown(english.before)


async def test_an_id_of_another_offer_finds_the_event(board_area: BoardFixture) -> None:
    """What is proposed by it is about the event, so that nobody overwrites unseen."""
    other = offer("cup-2", "Arsenal vs. Chelsea", hours=54, known_since=NOW + timedelta(hours=1))
    await tell(board_area.events, {**other, "provider": "exchange", "event_id": "cup-final"})
    await board_area.change(CUP._replace(id="cup-2"), named("Cup"))
    found = await board_area.reading.find(VIC, CUP)
    assert (found.revision, [placement.names for placement in found.placements]) == (1, [{"en-GB": "Cup"}])


async def test_what_is_hidden_with_its_sport_or_competition_is_not_shown(board_area: BoardFixture) -> None:
    """A row says what customers see, and when that changes, whichever entry says it."""
    await board_area.change(FOOTBALL, TypedPlacement(hidden=True, until="2026-03-26T10:00"))
    ends = NOW.replace(day=26, hour=10)
    for wanted in (EVENTS._replace(search="arsenal"), BoardFilter(Scope.COMPETITION, sport="football")):
        (item,) = await board_area.reading.page(VIC, "northbet", wanted, 10)
        assert (item.shown.hidden, item.changes_at, item.entry) == (True, ends, None)
    (ascot,) = await board_area.reading.page(VIC, "northbet", EVENTS._replace(search="ascot"), 10)
    assert (ascot.shown.hidden, ascot.changes_at) == (False, None)
    await board_area.change(LEAGUE, TypedPlacement(hidden=True, until="2026-03-27T10:00"))
    board_area.clock.advance(ends - NOW)
    cup = (await board_area.reading.find(VIC, CUP)).item
    assert (cup.shown.hidden, cup.changes_at) == (True, ends + timedelta(days=1))


async def test_a_competition_is_found_by_the_name_of_any_of_its_providers(board_area: BoardFixture) -> None:
    """An entry from when another provider led is changed and removed, and holds for its row."""
    premiership = EntryKey("northbet", Scope.COMPETITION, competition_id("football", "premiership"))
    row = {**offer("cup-2", "Arsenal v Chelsea", hours=54), "provider": "second", "event_id": "cup-final"}
    later = {**row, "competition": "Premiership", "known_since": NOW + timedelta(hours=1)}
    await tell(board_area.events, {**offer("only", "Fulham v Leeds"), "competition": "Premiership"})
    await board_area.change(premiership, TypedPlacement(position=2))
    await tell(board_area.events, later, {**offer("only", "Fulham v Leeds"), "is_gone": True})
    wanted = BoardFilter(Scope.COMPETITION, sport="football")
    (item,) = await board_area.reading.page(VIC, "northbet", wanted, 10)
    assert (item.subject.name, item.subject.id, item.entry is not None) == (
        *("Premier League", premiership.id),
        True,
    )
    found = await board_area.reading.find(VIC, LEAGUE)
    assert (found.item.subject.id, found.revision) == (premiership.id, 1)
    removing = await board_area.editing.remove(EDDA, LEAGUE, seen=1, reason="over")
    assert await board_area.approve(removing) == "approved"
    assert (await board_area.board())["entries"] == []


async def test_a_preview_has_all_events_of_the_sport_and_no_others(board_area: BoardFixture) -> None:
    """Thousands of earlier ones of another sport leave nothing out."""
    races = [offer(f"race-{at}", f"Race {at}", sport="horse-racing", hours=1) for at in range(5_001)]
    async with board_area.events.write() as connection:
        await connection.execute(insert(OFFER), [{**row, "version": 0} for row in races])
    tried = await board_area.trial.try_entry(EDDA, CUP, [], EVENTS)
    assert (shown(tried.before), tried.before.total) == (["Everton v Liverpool", "Arsenal v Chelsea"], 2)
    ascot = CUP._replace(id="ascot")
    tried = await board_area.trial.try_entry(EDDA, ascot, [], EVENTS)
    assert (tried.before.place, tried.before.total) == (5_002, 5_002)


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_page_goes_on_when_its_last_row_has_left(board_area: BoardFixture, scope: Scope) -> None:
    """Behind the place at which it was, not from the beginning."""
    await tell(board_area.events, offer("darts", "Ada v Ben", hours=1, sport="darts", competition="Cup"))
    wanted = BoardFilter(scope)
    rows = await board_area.reading.page(VIC, "northbet", wanted, 10)
    gone = "football" if scope is Scope.SPORT else "Premier League"
    leaving = next(item for item in rows if gone in {item.subject.id, item.subject.competition})
    assert rows.index(leaving) > 0
    behind = [item.subject.name for item in rows[rows.index(leaving) + 1 :]]
    left = [one for one in OFFERS if scope is not Scope.EVENT or one["own_id"] == leaving.subject.id]
    left = [{**one, "is_gone": True} for one in left if one["sport"] == "football"]
    await tell(board_area.events, *left)
    assert await names(board_area, wanted, after=leaving.place) == behind


async def test_what_nobody_tells_of_any_more_is_listed_among_the_entries(board_area: BoardFixture) -> None:
    """So that it can be removed: by scope, search and page, under the name that it had."""
    await board_area.change(CUP, named("The Final"))
    await board_area.change(DERBY, TypedPlacement(position=1))
    await board_area.change(LEAGUE, TypedPlacement(position=1))
    gone = [{**row, "is_gone": True} for row in OFFERS if row["own_id"] == "cup-final"]
    await tell(board_area.events, *gone)
    entries = EVENTS._replace(on_board=True, locale="en-GB")
    listed = await board_area.reading.page(VIC, "northbet", entries, 10)
    assert [(item.subject.id, item.subject.name, item.shown.name) for item in listed] == [
        ("derby", "Everton v Liverpool", "Everton v Liverpool"),
        ("cup-final", "Arsenal v Chelsea", "The Final"),
    ]
    assert await names(board_area, entries, after=listed[0].place) == ["Arsenal v Chelsea"]
    assert await names(board_area, entries._replace(search="arsenal")) == ["Arsenal v Chelsea"]
    assert await names(board_area, entries._replace(day="2026-03-27")) == ["Arsenal v Chelsea"]
    assert await names(board_area, entries._replace(sport="football")) == ["Everton v Liverpool"]
    leagues = BoardFilter(Scope.COMPETITION, on_board=True)
    await tell(board_area.events, *({**row, "is_gone": True} for row in OFFERS))
    (league,) = await board_area.reading.page(VIC, "northbet", leagues, 10)
    assert (league.subject.id, league.subject.name) == (LEAGUE.id, "Premier League")
    assert await names(board_area, BoardFilter(Scope.SPORT, on_board=True)) == []
    tried = await board_area.trial.try_entry(EDDA, CUP, [], EVENTS)
    assert (tried.before.place, tried.before.total) == (None, 0)
