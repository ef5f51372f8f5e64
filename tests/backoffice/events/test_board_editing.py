"""Boards with four eyes: stale proposals, two at once, rolling back, and what leaves by itself."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.approvals.service import Approvals
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backoffice.events.board import board, editing
from backoffice.events.board.entries import Scope, TypedPlacement
from backoffice.events.board.reading import BoardFilter
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.publisher import GlobalPublisher
from backoffice.global_events.repository import DecisionRepository, MessageSequence
from backoffice.run_publisher import take_over
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.reader import PLATFORM, CatalogueReader
from tests.backoffice.board_fixture import (
    ADA,
    ALF,
    CUP,
    DERBY,
    EDDA,
    EDDA_TWICE,
    FOOTBALL,
    LEAGUE,
    SUE,
    VIC,
    BoardFixture,
    board_fixture,
    named,
    offer,
    tell,
)
from tests.support.office.backoffice_fixture import NOW, copy_backoffice
from tests.support.office.global_messages import MemoryTopic


def entries(state: dict[str, Any]) -> dict[str, Any]:
    """Return the placements of a board by the ids of its entries."""
    return {entry["id"]: entry["placements"] for entry in state.get("entries", ())}


async def test_what_is_approved_holds_on_all_nodes(database_url: str) -> None:
    """One of two who approve at once does; the proposer's second account is refused; it is on record."""
    async with board_fixture(database_url) as board_area:
        proposal = await board_area.propose(CUP, named(" The Cup Final ", position=1, territories=("de",)))
        assert await board_area.board() == {}
        assert await board_area.approve(proposal, EDDA_TWICE) == "FOUR_EYES"
        both = await asyncio.gather(*(board_area.approve(proposal, who) for who in (ADA, ALF)))
        assert sorted(both) == ["CONFLICT", "approved"]
        state = await board_area.board()
        assert (state["revision"], entries(state)) == (
            1,
            {
                "cup-final": [
                    {"territories": ["DE"], "position": 1, "names": {"en-GB": "The Cup Final"}},
                ]
            },
        )
        async with board_area.own.read() as connection:
            query = select(AUDIT_LOG).where(AUDIT_LOG.c.action == "events.change_board")
            (entry,) = await connection.execute(query)
        assert (entry.subject, json.loads(entry.after)["revision"], entry.reason) == (
            "board:northbet:event:cup-final",
            1,
            "it is on posters",
        )


async def test_two_entries_that_are_approved_at_once_are_both_on_the_board(database_url: str) -> None:
    """The whole board is decided each time: the second approval has seen what the first one decided."""
    async with board_fixture(database_url) as board_area:
        await board_area.change(FOOTBALL, TypedPlacement(position=1))
        first = await board_area.propose(CUP, named("Cup"))
        second = await board_area.propose(DERBY, named("Derby"))
        both = await asyncio.gather(board_area.approve(first, ADA), board_area.approve(second, ALF))
        assert both == ["approved", "approved"]
        state = await board_area.board()
        assert (state["revision"], entries(state).keys()) == (3, {"cup-final", "derby", "football"})


async def test_what_was_made_from_an_earlier_revision_is_refused(board_area: BoardFixture) -> None:
    """At the proposal, and at the approval if another one was faster; other entries do not matter."""
    first, second = await board_area.propose(CUP, named("One")), await board_area.propose(CUP, named("Two"))
    await board_area.change(DERBY, named("Derby"))
    assert [await board_area.approve(one) for one in (first, second)] == ["approved", "STALE"]
    with pytest.raises(Stale) as refused:
        await board_area.propose(CUP, named("Three"))
    assert refused.value.details == {"version": 1}
    assert entries(await board_area.board())["cup-final"] == [{"names": {"en-GB": "One"}}]


async def test_it_is_removed_and_rolled_back_with_four_eyes(board_area: BoardFixture) -> None:
    """Either is a proposal, and a revision; one that changes nothing is refused."""
    await board_area.change(CUP, named("One"))
    with pytest.raises(Invalid, match="nothing would change"):
        await board_area.propose(CUP, named("One"), seen=1)
    removing = await board_area.editing.remove(EDDA, CUP, seen=1, reason="over")
    assert entries(await board_area.board()).keys() == {"cup-final"}
    assert await board_area.approve(removing) == "approved"
    assert entries(await board_area.board()) == {}
    with pytest.raises(Invalid, match="nothing would change"):
        await board_area.editing.remove(EDDA, CUP, seen=2, reason="over")
    back = await board_area.editing.roll_back(EDDA, CUP, 1, seen=2, reason="not over")
    assert [await board_area.approve(back, EDDA_TWICE), await board_area.approve(back)] == [
        "FOUR_EYES",
        "approved",
    ]
    assert entries(await board_area.board())["cup-final"] == [{"names": {"en-GB": "One"}}]
    found = await board_area.reading.revisions(VIC, CUP, 10)
    assert [(one.revision, len(one.placements), one.approved_by) for one in found] == [
        (3, 1, "Ada"),
        (2, 0, "Ada"),
        (1, 1, "Ada"),
    ]
    with pytest.raises(NotFound):
        await board_area.editing.roll_back(EDDA, CUP, 9, seen=3, reason="none")


async def test_others_may_not(board_area: BoardFixture) -> None:
    """Neither who only reads, nor an editor of another brand, who may not even look."""
    proposal = await board_area.propose(CUP, named("One"))
    for who in (VIC, SUE, ADA):
        with pytest.raises(Forbidden):
            await board_area.propose(CUP, named("Two"), who=who)
        with pytest.raises(Forbidden):
            await board_area.editing.remove(who, CUP, seen=0, reason="over")
    for reading in (
        board_area.reading.find(SUE, CUP),
        board_area.reading.revisions(SUE, CUP, 1),
        board_area.reading.brand(SUE, "northbet"),
    ):
        with pytest.raises(Forbidden):
            await reading
    with pytest.raises(NotFound):
        await board_area.approve(proposal, SUE)


async def test_what_has_ended_leaves_by_itself(board_area: BoardFixture) -> None:
    """With the next decision: entries whose times are past, and of events that are long over."""
    await board_area.change(LEAGUE, TypedPlacement(hidden=True, until="2026-03-26T00:00"))
    await board_area.change(DERBY, named("Derby"))
    late = await board_area.propose(FOOTBALL, TypedPlacement(hidden=True, until="2026-03-27T00:00"))
    board_area.clock.advance(timedelta(days=3))
    with pytest.raises(Conflict, match="past by now"):
        await board_area.propose(FOOTBALL, TypedPlacement(hidden=True, until="2026-03-27T00:00"))
    assert await board_area.approve(late) == "CONFLICT"
    await board_area.change(CUP, named("Cup"))
    assert entries(await board_area.board()).keys() == {"derby", "cup-final"}
    board_area.clock.advance(timedelta(days=30))
    over = offer("derby", "Everton v Liverpool", hours=30, status="finished")
    await tell(board_area.events, over, offer("cup-final", "Arsenal v Chelsea", hours=1000))
    await board_area.change(FOOTBALL, TypedPlacement(position=1))
    assert entries(await board_area.board()).keys() == {"cup-final", "football"}


async def test_a_full_board_says_what_to_do(
    board_area: BoardFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the proposal, and at the approval if others were faster; what is there can still be changed."""
    monkeypatch.setattr(board, "MAX_ENTRIES", 2)
    last = await board_area.propose(LEAGUE, TypedPlacement(position=1))
    await board_area.change(CUP, named("Cup"))
    await board_area.change(DERBY, named("Derby"))
    with pytest.raises(Conflict, match=r"full: it has 2 entries.*Remove entries"):
        await board_area.propose(FOOTBALL, TypedPlacement(position=1))
    assert await board_area.approve(last) == "CONFLICT"
    await board_area.change(CUP, named("The Cup"), seen=1)
    removing = await board_area.editing.remove(EDDA, DERBY, seen=1, reason="room")
    assert [await board_area.approve(removing), await board_area.approve(last)] == ["approved", "approved"]
    assert len(entries(await board_area.board())) == 2


async def test_a_board_that_is_too_long_for_its_message_is_full(database_url: str) -> None:
    """Twenty placements with long names in a script that JSON escapes; just below the limit it goes out."""
    rows = [offer(f"event-{number}", f"Event {number}") for number in range(2)]
    first, second = (CUP._replace(id=row["own_id"]) for row in rows)

    def long(number: int) -> tuple[TypedPlacement, ...]:
        names = (("en-GB", "\u0416" * 200), ("de-DE", "\u0416" * 200))
        return tuple(TypedPlacement(names=names, position=at) for at in range(number))

    async with board_fixture(database_url) as board_area:
        await tell(board_area.events, *rows)
        await board_area.change(first, *long(20))
        with pytest.raises(Conflict, match="60 kB"):
            await board_area.propose(second, *long(20))
        await board_area.change(second, *long(3))
        assert board.MAX_BYTES * 0.9 < len(json.dumps(await board_area.board())) < board.MAX_BYTES


async def publish(database: Database, topic: MemoryTopic, minutes: int = 0) -> None:
    """Publish what waits, and take over what only the topic has, as a process that has just started."""
    clock = ManualClock(NOW + timedelta(minutes=minutes))
    publisher = GlobalPublisher(database, topic, clock, take_over=take_over)
    await publisher.step()
    await publisher.step()
    await publisher.leave()


@pytest.mark.parametrize("backup", ["older", "none"])
async def test_no_revision_is_used_again_after_an_older_backup(tmp_path: Path, backup: str) -> None:
    """People see what the nodes show, a page from before is refused, and the next revision is a new one."""
    topic = MemoryTopic()
    async with _at(tmp_path / "live") as board_area:
        await board_area.change(CUP, named("One"))
        await board_area.change(FOOTBALL, TypedPlacement(position=1))
        await publish(board_area.own, topic)
    copy_backoffice(tmp_path, "live", to=("older", "later"))
    async with _at(tmp_path / "later") as board_area:
        await board_area.change(CUP, named("Two"), seen=1)
        await board_area.change(CUP, named("Three"), seen=2)
        assert (
            await board_area.approve(await board_area.editing.remove(EDDA, FOOTBALL, seen=1, reason="a"))
            == "approved"
        )
        await publish(board_area.own, topic, minutes=1)
    async with _at(tmp_path / backup) as board_area:
        await publish(board_area.own, topic, minutes=2)
        cup = await board_area.reading.find(VIC, CUP)
        assert [placement.names["en-GB"] for placement in cup.placements] == ["Three"]
        assert cup.revision > 3
        football = await board_area.reading.find(VIC, FOOTBALL)
        assert football.item.entry is None
        for seen in (1, 2, 3):
            with pytest.raises(Stale):
                await board_area.propose(CUP, named("Mine"), seen=seen)
        await board_area.change(CUP, named("Four"), seen=cup.revision)
        await publish(board_area.own, topic, minutes=3)
    state = topic.last()["northbet:board:facts"].state
    assert (state["revision"], entries(dict(state))) == (6, {"cup-final": [{"names": {"en-GB": "Four"}}]})


def _at(folder: Path) -> AbstractAsyncContextManager[BoardFixture]:
    return board_fixture(f"sqlite+aiosqlite:///{folder}")


async def test_what_nobody_tells_of_any_more_can_be_removed(board_area: BoardFixture) -> None:
    """It has the name that it had; what was never on the board is unknown."""
    await board_area.change(CUP, named("Cup"))
    await tell(board_area.events, {**offer("cup-final", "Arsenal v Chelsea"), "is_gone": True})
    found = await board_area.reading.find(VIC, CUP)
    assert (found.item.subject.name, found.revision) == ("Arsenal v Chelsea", 1)
    removing = await board_area.editing.remove(EDDA, CUP, seen=1, reason="over")
    assert await board_area.approve(removing) == "approved"
    with pytest.raises(NotFound):
        await board_area.editing.remove(EDDA, CUP._replace(id="never"), seen=0, reason="over")


async def _new_id(board_area: BoardFixture) -> None:
    """Let the first provider drop the cup final: the event is found by its old id, and has another one."""
    dropped = {**offer("cup-final", "Arsenal v Chelsea", hours=54), "event_id": "cup-2", "is_gone": True}
    other = {**offer("cup-2", "Arsenal v Chelsea", hours=54), "provider": "exchange"}
    await tell(board_area.events, dropped, other)


@pytest.mark.parametrize("own_id", ["cup-final", "cup-2"])
async def test_an_entry_is_found_when_its_event_has_another_id(board_area: BoardFixture, own_id: str) -> None:
    """By the old id and the new one: it is on the list, in the form and the preview, changed and removed."""
    key = CUP._replace(id=own_id)
    await board_area.change(CUP, named("One", position=1))
    waiting = await board_area.propose(CUP, named("Two"), seen=1)
    await _new_id(board_area)
    wanted = BoardFilter(Scope.EVENT, search="arsenal", locale="en-GB")
    (item,) = await board_area.reading.page(VIC, "northbet", wanted, 10)
    assert (item.subject.id, item.shown.name, item.entry is not None) == ("cup-final", "One", True)
    assert [one.proposal_id for one in item.pending] == [waiting]
    found = await board_area.reading.find(VIC, key)
    assert (found.revision, found.item.subject.id, len(found.placements)) == (1, "cup-final", 1)
    assert len(await board_area.reading.revisions(VIC, key, 10)) == 1
    tried = await board_area.trial.try_entry(EDDA, key, waiting, BoardFilter(Scope.EVENT, locale="en-GB"))
    assert [item.name for item in tried.before.items] == ["One", "Everton v Liverpool"]
    assert [item.name for item in tried.after.items] == ["Everton v Liverpool", "Two"]
    assert (tried.after.place, tried.after.items[1].subject.id) == (2, "cup-final")
    await board_area.change(key, named("Three"), seen=1)
    back = await board_area.editing.roll_back(EDDA, key, 1, seen=2, reason="better")
    assert await board_area.approve(back) == "approved"
    assert entries(await board_area.board()) == {"cup-final": [{"names": {"en-GB": "One"}, "position": 1}]}
    removing = await board_area.editing.remove(EDDA, key, seen=3, reason="over")
    assert await board_area.approve(removing) == "approved"
    assert entries(await board_area.board()) == {}


async def test_a_proposal_is_previewed_after_its_event_has_another_id(board_area: BoardFixture) -> None:
    """Also a first one, of which there is no entry yet."""
    waiting = await board_area.propose(CUP, named("The Cup"))
    await _new_id(board_area)
    wanted = BoardFilter(Scope.EVENT, locale="en-GB")
    tried = await board_area.trial.try_entry(ADA, CUP, waiting, wanted)
    assert [item.name for item in tried.after.items] == ["Everton v Liverpool", "The Cup"]


@dataclass
class SilentReader(CatalogueReader):
    """Reads from a database that never answers."""

    steps: list[str] = field(default_factory=list)

    async def __call__(self, _: str = PLATFORM) -> Catalogue:
        """Wait until the caller gives up."""
        self.steps.append("catalogue")
        await asyncio.Event().wait()
        raise AssertionError


@dataclass(frozen=True)
class Watched(DecisionRepository):
    """Decisions, and when their sequence was locked."""

    steps: list[str] = field(default_factory=list)

    async def lock_sequence(self, connection: AsyncConnection, at: datetime) -> MessageSequence:
        """Lock it, and keep that."""
        self.steps.append("lock")
        return await DecisionRepository.lock_sequence(self, connection, at)


async def test_an_approval_does_not_wait_for_the_catalogue(
    board_area: BoardFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anything that is decided for all nodes: it is read before their sequence is locked."""
    monkeypatch.setattr(editing, "CATALOGUE_SECONDS", 0.1)
    proposal = await board_area.propose(CUP, named("Cup"))
    steps: list[str] = []
    silent = SilentReader(board_area.events, board_area.clock, (), steps=steps)
    deaf = replace(
        board_area.editing,
        sources=replace(board_area.editing.sources, reader=silent),
        decisions=GlobalDecisions(Watched(steps=steps)),
    )
    approvals = Approvals(board_area.own, deaf.audit, board_area.clock)
    approvals.register(deaf.proposal_kind)
    async with asyncio.timeout(60):
        assert await replace(board_area, approvals=approvals).approve(proposal) == "approved"
    assert steps[:2] == ["catalogue", "lock"]
    assert entries(await board_area.board()) == {"cup-final": [{"names": {"en-GB": "Cup"}}]}
