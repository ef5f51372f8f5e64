"""People decide about offers that may be of one event, and undo it: over a real block, by messages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.models import SUBJECT
from backoffice.global_events.repository import DecisionRepository, GlobalDecision, MessageSequence
from consumers.stream.records import Record
from tests.backoffice.events.office import (
    DECIDE,
    EDITH,
    OLGA,
    OTTO,
    UNDO,
    EventsOffice,
    events_office,
)
from tests.support.events.told import KICK_OFF, NOW, fixture, gone, instant, market

LATER = instant(NOW - timedelta(days=1))
UNITED = ("Manchester United", "Chelsea")
SHORT = ("Man Utd", "Chelsea")
FULL, BRIEF = "Manchester United v Chelsea", "Man Utd v Chelsea"


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[EventsOffice]:
    """Provide the back office and the block over new databases, once on each engine."""
    async with events_office(database_url) as opened:
        yield opened


def second(event: str = "33", *sides: str, **facts: Any) -> Record:
    """Return the offer of the second provider, which is unsure."""
    return fixture("sportsdesk", event, *(sides or SHORT), known_since=LATER, **facts)


async def tell(office: EventsOffice) -> None:
    """Tell an offer of each of two providers, which may be of one event."""
    await office.block.apply(fixture("feed", "1", *UNITED), second())
    assert await office.events() == [FULL]


async def state(office: EventsOffice) -> Any:
    """Return all that a person and a customer see of what is matched."""
    return await office.events(), await office.waiting()


async def test_what_waits_is_shown_with_both_sides(office: EventsOffice) -> None:
    """The event that was known first is the candidate, with its offers and how likely it is."""
    await tell(office)
    (waiting,) = await office.waiting()
    (candidate,) = waiting["candidates"]
    assert waiting["offers"] == [{"provider": "sportsdesk", "name": BRIEF}]
    assert candidate["offers"] == [{"provider": "feed", "name": FULL}]
    assert 0.7 <= candidate["confidence"] < 1
    assert (candidate["waiting"], candidate["decided"]) == (False, None)
    assert (await office.ask(EDITH, "{ waitingMatchCount }"))["waitingMatchCount"] == 1


async def test_the_same_event_is_joined_once_the_message_is_applied(office: EventsOffice) -> None:
    """Until then it still waits, and says that it was decided; what is learned holds for the next match."""
    await tell(office)
    await office.ask(OLGA, DECIDE, input=await office.answered("SAME"))
    (waiting,) = await office.waiting()
    assert waiting["candidates"][0]["decided"] == {"verdict": "SAME", "by": "Olga"}
    assert (await office.made())[0]["state"] == "BEING_APPLIED"
    await office.publish()
    assert await state(office) == ([FULL], [])
    (made,) = await office.made()
    assert (made["verdict"], made["state"], made["by"], made["together"]) == ("SAME", "IN_FORCE", "Olga", 1)
    assert made["learned"] == 1
    assert made["remaining"] == {"name": FULL}
    week = instant(KICK_OFF + timedelta(days=7))
    await office.block.apply(fixture("feed", "2", *UNITED, starts_at=week), second("34", starts_at=week))
    assert await state(office) == ([FULL, FULL], [])


async def test_different_events_are_two(office: EventsOffice) -> None:
    """And nothing waits."""
    await tell(office)
    await office.decide("DIFFERENT")
    assert await state(office) == ([BRIEF, FULL], [])


@pytest.mark.parametrize("verdict", ["SAME", "DIFFERENT"])
async def test_taken_back_all_is_as_before(office: EventsOffice, verdict: str) -> None:
    """The same waits, the same events are listed, and what was learned is forgotten."""
    await tell(office)
    await office.block.apply(market("sportsdesk", "1.1", "33", 2000, 3300, 3900))
    before = await state(office)
    await office.decide(verdict)
    assert await state(office) != before
    await office.undo(OTTO)
    assert await state(office) == before
    (made,) = await office.made()
    assert (made["verdict"], made["state"], made["by"]) == (None, "UNDONE", "Otto")
    await office.decide(verdict)  # and it can be decided again
    assert await state(office) != before


async def test_different_separates_every_offer_from_the_whole_candidate(office: EventsOffice) -> None:
    """Of two offers on each side there are four pairs; they are decided, and undone, at once."""
    await office.block.apply(
        fixture("feed", "1", *UNITED),
        fixture("scores", "a", *UNITED),
        second(),
        fixture("touchline", "x", *SHORT, known_since=LATER),
    )
    before = await state(office)
    assert [len(side["offers"]) for side in (before[1][0], before[1][0]["candidates"][0])] == [2, 2]
    await office.decide("DIFFERENT")
    assert await state(office) == ([BRIEF, FULL], [])
    made = await office.made()
    assert {(one["first"]["provider"], one["second"]["provider"]) for one in made} == {
        ("feed", "sportsdesk"),
        ("feed", "touchline"),
        ("scores", "sportsdesk"),
        ("scores", "touchline"),
    }
    assert {one["together"] for one in made} == {4}
    await office.block.apply(gone("fixture", "feed", "1"))
    assert await state(office) == ([BRIEF, FULL], [])  # those that are left are separated as well
    await office.block.apply(fixture("feed", "1", *UNITED))
    await office.undo()
    assert await state(office) == before
    assert {one["state"] for one in await office.made()} == {"UNDONE"}


async def test_the_same_joins_all_offers_of_both_sides(office: EventsOffice) -> None:
    """Also those whose starts are too far apart to be joined without a person."""
    await office.block.apply(
        fixture("feed", "1", *UNITED),
        fixture("scores", "a", *UNITED),
        second(starts_at=instant(KICK_OFF + timedelta(minutes=80))),
    )
    assert len(await office.waiting()) == 1
    await office.decide("SAME")
    assert await state(office) == ([FULL], [])
    assert {one["together"] for one in await office.made()} == {2}


async def test_what_changed_since_it_was_seen_is_refused(office: EventsOffice) -> None:
    """A name, a start or another offer on either side; a score or a price does not matter."""
    await tell(office)
    seen = await office.answered("SAME")
    await office.block.apply(fixture("feed", "1", *UNITED, revision=2, status="live", score="1:0"))
    assert await office.answered("SAME") == seen
    await office.block.apply(second("33", "Man Utd", "Chelsea FC", revision=2))
    assert await office.code(OLGA, DECIDE, **seen) == "STALE"
    seen = await office.answered("SAME")
    await office.block.apply(fixture("scores", "a", *UNITED))
    assert await office.code(OLGA, DECIDE, **seen) == "STALE"
    await office.block.apply(gone("fixture", "sportsdesk", "33"))
    assert await office.code(OLGA, DECIDE, **seen) == "NOT_FOUND"
    assert await office.made() == []


async def test_the_second_of_two_people_changes_nothing(office: EventsOffice) -> None:
    """Neither by another verdict nor by the same one, and neither by undoing what was undone."""
    await tell(office)
    answer = await office.answered("SAME")
    await office.ask(OLGA, DECIDE, input=answer)
    assert await office.code(OTTO, DECIDE, **answer) == "STALE"
    assert await office.code(OTTO, DECIDE, **answer | {"verdict": "DIFFERENT"}) == "STALE"
    await office.publish()
    assert await office.code(OTTO, DECIDE, **answer) == "NOT_FOUND"
    (made,) = await office.made()
    back = {"decision": made["id"], "version": made["version"], "reason": "it was wrong"}
    await office.ask(OTTO, UNDO, input=back)
    assert await office.code(OLGA, UNDO, **back) == "STALE"
    (made,) = await office.made()
    assert made["state"] == "UNDONE"
    assert await office.code(OLGA, UNDO, **back | {"version": made["version"]}) == "STALE"


async def test_who_only_reads_decides_nothing(office: EventsOffice) -> None:
    """An editor sees what waits, and cannot decide about it or undo anything."""
    await tell(office)
    assert await office.code(EDITH, DECIDE, **await office.answered("SAME")) == "FORBIDDEN"
    await office.decide("SAME")
    (made,) = await office.made()
    back = {"decision": made["id"], "version": made["version"], "reason": "it was wrong"}
    assert await office.code(EDITH, UNDO, **back) == "FORBIDDEN"


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"reason": "a" * 501}])
async def test_a_reason_is_needed_and_bounded(office: EventsOffice, wrong: dict[str, str]) -> None:
    """A decision without one, or with a novel, is none."""
    await tell(office)
    assert await office.code(OLGA, DECIDE, **await office.answered("SAME", **wrong)) == "INVALID"
    await office.decide("SAME")
    (made,) = await office.made()
    back = {"decision": made["id"], "version": made["version"], **wrong}
    assert await office.code(OLGA, UNDO, **back) == "INVALID"


@pytest.mark.parametrize("hostile", ["", "none", "x" * 5000, "'; --", "\u0000", "ä\U0001f3c7"])
async def test_ids_that_name_nothing_find_nothing(office: EventsOffice, hostile: str) -> None:
    """Whatever they are made of."""
    await tell(office)
    answer = await office.answered("SAME")
    assert await office.code(OLGA, DECIDE, **answer | {"waiting": hostile}) == "NOT_FOUND"
    assert await office.code(OLGA, DECIDE, **answer | {"candidate": hostile}) == "STALE"
    assert await office.code(OLGA, DECIDE, **answer | {"version": hostile}) == "STALE"
    back = {"decision": hostile, "version": hostile, "reason": "it was wrong"}
    assert await office.code(OLGA, UNDO, **back) == "NOT_FOUND"


async def test_a_decision_that_contradicts_others_is_shown_as_refused(office: EventsOffice) -> None:
    """By way of a third offer, and of offers that were away: until one of them is undone."""
    third = fixture("scores", "a", "Man United", "Chelsea", known_since=instant(NOW - timedelta(hours=1)))
    await tell(office)
    await office.decide("DIFFERENT")
    await office.block.apply(gone("fixture", "feed", "1"), third)
    await office.decide("SAME")
    await office.block.apply(gone("fixture", "sportsdesk", "33"), fixture("feed", "1", *UNITED))
    await office.decide("SAME")
    assert {one["state"] for one in await office.made()} == {"IN_FORCE"}
    await office.block.apply(second())
    states = [one["state"] for one in await office.made()]
    assert sorted(states) == ["IN_FORCE", "IN_FORCE", "REFUSED"]
    await office.undo()
    assert sorted(one["state"] for one in await office.made()) == ["IN_FORCE", "IN_FORCE", "UNDONE"]


async def test_each_decision_is_on_record_with_its_reason(office: EventsOffice) -> None:
    """In the transaction of the decision: what is refused is not."""
    await tell(office)
    answer = await office.answered("SAME")
    await office.code(OLGA, DECIDE, **answer | {"version": "none"})
    await office.decide("SAME")
    await office.undo(OTTO)
    query = select(AUDIT_LOG.c.action, AUDIT_LOG.c.user_id, AUDIT_LOG.c.reason).order_by(AUDIT_LOG.c.sequence)
    async with office.base.database.read() as connection:
        rows = [tuple(row) for row in await connection.execute(query)]
        subjects = await connection.scalar(select(func.count()).select_from(SUBJECT))
    assert rows == [
        ("events.decide_match", "olga", "the club's page says so"),
        ("events.undo_match", "otto", "it was wrong"),
    ]
    assert subjects == 1


@dataclass(frozen=True)
class Overtaken(DecisionRepository):
    """Decisions of which another person made one anew while this transaction waited for the lock."""

    newer: GlobalDecision | None = None

    async def lock_sequence(self, connection: AsyncConnection, at: datetime) -> MessageSequence:
        """Wait until the other person's decision is there."""
        assert self.newer is not None
        sequence = await DecisionRepository.lock_sequence(self, connection, at)
        await self.store(connection, self.newer)
        return sequence


async def test_what_was_decided_anew_meanwhile_is_not_undone_unseen(office: EventsOffice) -> None:
    """It is compared with what the person saw after others have decided, not before."""
    await tell(office)
    await office.decide("SAME")
    (made,) = await office.made()
    matches = office.area.matches
    async with office.base.database.read() as connection:
        decision = await matches.decisions.repository.find(connection, made["id"])
    assert decision is not None
    newer = replace(decision, event_id="newer", state={**decision.state, "verdict": "different"})
    overtaken = replace(matches, decisions=GlobalDecisions(Overtaken(newer=newer)))
    with pytest.raises(Stale):
        await overtaken.undo(OTTO, decision.key, decision.event_id, "it was wrong")
