"""What the block tells of results: what decides bets on a market, each change once, in order."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, select, update

from consumers.stream.records import Record
from subgraphs.bets.settlement.outcomes import LegResult, Outcome
from subgraphs.bets.settlement.results import MarketResult, outcome_of
from subgraphs.events.models import MARKET, OUTBOX
from subgraphs.events.records import results
from subgraphs.events.records.results import announce_results, markets_untold
from subgraphs.kit.domain.selections import market_id, selection_id
from tests.support.events.block import EventsBlock, events_block
from tests.support.events.told import NOW, fixture, gone, instant, market
from tests.support.examples import examples

TOPIC: Final = "event.result.v1"
CONTRACT: Final = json.loads(
    (Path(__file__).resolve().parents[3] / f"contracts/{TOPIC}.schema.json").read_text(encoding="utf-8")
)
OWN: Final = market_id("feed", "m")
MORNING: Final = {
    "starts_at": instant(NOW - timedelta(hours=5)),
    "ends_at": instant(NOW - timedelta(hours=2)),
}
TABLE: Final = OUTBOX.outbox
EXAMPLES: Final = examples(25)
"""Each opens the whole block over a new database."""


@pytest.fixture
async def block(database_url: str) -> AsyncIterator[EventsBlock]:
    """Provide the block over a new database, once on each engine."""
    async with events_block(database_url) as opened:
        yield opened


def horse(number: int) -> str:
    """Return the platform's own id of a runner."""
    return selection_id(OWN, str(number), 0)


def race(revision: int, of: str, *runners: str | dict[str, Any], **facts: Any) -> Record:
    """Return a record of a race's market of a status, with runners of these statuses or facts."""
    told = [
        {"selection_id": str(place), "status": "active", "position": place, "back": []}
        | ({"status": one} if isinstance(one, str) else one)
        for place, one in enumerate(runners, 1)
    ]
    usual: dict[str, Any] = {"kind": "WIN", "status": of, "runners": told}
    return market("feed", "m", "1", revision=revision, **usual | facts)


async def told(block: EventsBlock) -> list[dict[str, Any]]:
    """Return what is told of results after a round of upkeep, in order, and take it away."""
    await block.judge()
    async with block.subgraph.database.write() as connection:
        query = select(TABLE).where(TABLE.c.topic == TOPIC).order_by(TABLE.c.id)
        rows = (await connection.execute(query)).all()
        await connection.execute(delete(TABLE).where(TABLE.c.topic == TOPIC))
    facts = [json.loads(row.value) for row in rows]
    for row, fact in zip(rows, facts, strict=True):
        jsonschema.validate(fact, CONTRACT)
        assert row.key == fact["market_id"]
    return facts


async def statuses(block: EventsBlock) -> list[tuple[int, str]]:
    """Return the revision and the status of each fact that is told."""
    return [(fact["revision"], fact["status"]) for fact in await told(block)]


def outcomes(fact: dict[str, Any]) -> list[Outcome | None]:
    """Return what became of bets of now on each runner, as the block of bets reads a fact."""
    read = msgspec.convert(fact, MarketResult)
    return [outcome_of(read, runner.selection_id, NOW) for runner in read.runners]


async def test_a_result_is_told_as_bets_are_settled_by_it(block: EventsBlock) -> None:
    """With dead heats, a deduction for whom was withdrawn, and what is void in part."""
    told_runners = (
        {"status": "winner", "dead_heat_milli": 500},
        {"status": "winner", "dead_heat_milli": 500, "void_milli": 250},
        {"status": "placed"},
        {"status": "removed", "deduction_milli": 200},
        "loser",
        "void",
    )
    await block.apply(race(3, "settled", *told_runners, void_periods=[MORNING]))
    (fact,) = await told(block)
    assert {name: fact[name] for name in ("market_id", "revision", "kind", "status", "occurred_at")} == {
        "market_id": OWN,
        "revision": 3,
        "kind": "WIN",
        "status": "settled",
        "occurred_at": NOW.isoformat(),
    }
    assert [runner["selection_id"] for runner in fact["runners"]] == [horse(number) for number in range(1, 7)]
    assert fact["void_periods"] == [MORNING]
    shared = Outcome(result=LegResult.DEAD_HEAT, shared_milli=500, deduction_milli=200)
    assert outcomes(fact) == [
        shared,
        replace(shared, void_milli=250),
        Outcome(result=LegResult.PLACED, deduction_milli=200),
        Outcome.void(),
        Outcome(result=LegResult.LOST, deduction_milli=200),
        Outcome.void(),
    ]


async def test_each_change_of_a_result_is_told_once(block: EventsBlock) -> None:
    """It comes, is corrected, taken back, comes again, and is cancelled in the end."""
    await block.apply(race(1, "open", "active", "active"))
    assert await statuses(block) == []
    await block.apply(race(2, "suspended", "active", "removed"), race(3, "closed", "active", "removed"))
    assert await statuses(block) == []
    await block.apply(race(4, "closed", "winner", "loser"))
    assert await statuses(block) == [(4, "closed")]
    await block.apply(race(5, "settled", "loser", "winner"))
    assert await statuses(block) == [(5, "settled")]
    await block.apply(race(6, "inactive", "active", "active"))
    (withdrawn,) = await told(block)
    assert (withdrawn["revision"], withdrawn["status"]) == (6, "suspended")
    assert outcomes(withdrawn) == [None, None]
    await block.apply(race(7, "open", "active", "active"))
    assert await statuses(block) == []
    await block.apply(race(8, "settled", "loser", "winner"), race(9, "cancelled", "loser", "winner"))
    assert await statuses(block) == [(9, "cancelled")]
    await block.apply(race(10, "cancelled", "active", "active"))
    assert await statuses(block) == []


async def test_what_is_said_again_is_not_told_again(block: EventsBlock) -> None:
    """In another order, under other names, with other prices, or after it was gone for a while."""
    said = race(1, "settled", "winner", "loser", void_periods=[MORNING, MORNING | {"ends_at": None}])
    await block.apply(said)
    assert await statuses(block) == [(1, "settled")]
    await block.apply(said, gone("market", "feed", "m"), said)
    assert await statuses(block) == []
    turned = [
        {
            "selection_id": number,
            "name": "Renamed",
            "status": one,
            "position": 9,
            "back": [{"odds_milli": 1100}],
        }
        | {"deduction_milli": 0}
        for number, one in (("2", "loser"), ("1", "winner"))
    ]
    periods = [MORNING | {"ends_at": None}, MORNING]
    await block.apply(race(2, "settled", runners=turned, void_periods=periods))
    assert await statuses(block) == []


async def test_what_is_mended_before_it_was_told_is_not_told(block: EventsBlock) -> None:
    """Nobody has heard of the mistake."""
    await block.apply(race(1, "settled", "winner", "loser"))
    assert await statuses(block) == [(1, "settled")]
    await block.apply(race(2, "settled", "loser", "winner"), race(3, "settled", "winner", "loser"))
    assert await statuses(block) == []
    await block.apply(
        market("feed", "n", "1", 2000, status="cancelled"), market("feed", "n", "1", 2000, revision=2)
    )
    assert await statuses(block) == []


async def test_a_market_that_is_removed_tells_nothing(block: EventsBlock) -> None:
    """What was decided stays so, and what was not told before is told still."""
    await block.apply(race(1, "settled", "winner", "loser"), gone("market", "feed", "m"))
    assert await statuses(block) == [(1, "settled")]
    await block.apply(race(2, "open", "active", "active"))
    assert await statuses(block) == [(2, "open")]
    await block.apply(gone("market", "feed", "m"))
    assert await statuses(block) == []


async def test_bets_of_a_void_period_are_void_before_there_is_a_result(block: EventsBlock) -> None:
    """Others go on, and the period may be taken back."""
    await block.apply(race(1, "open", "active", "active", void_periods=[MORNING]))
    (fact,) = await told(block)
    read = msgspec.convert(fact, MarketResult)
    assert outcome_of(read, horse(1), NOW - timedelta(hours=3)) == Outcome.void()
    assert outcome_of(read, horse(1), NOW) is None
    await block.apply(race(2, "suspended", "active", "removed", void_periods=[MORNING]))
    assert await statuses(block) == []
    await block.apply(race(3, "open", "active", "active"))
    assert await statuses(block) == [(3, "open")]


async def test_what_was_known_before_results_were_told_is_told(
    block: EventsBlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade: of many markets in batches, those that are decided."""
    monkeypatch.setattr(results, "BATCH", 4)
    many = [
        market("feed", str(number), "1", 2000, status="cancelled" if number % 2 else "open")
        for number in range(30)
    ]
    await block.apply_together(*many)
    async with block.subgraph.database.write() as connection:
        await connection.execute(update(MARKET).values(result_announced=False))
    assert {fact["market_id"] for fact in await told(block)} == {
        market_id("feed", str(number)) for number in range(1, 30, 2)
    }
    assert await statuses(block) == []
    async with block.subgraph.database.read() as connection:
        assert not await connection.scalar(
            select(MARKET.c.own_id).where(MARKET.c.result_announced.is_(False))
        )


async def test_revisions_rise_also_after_a_clock_that_was_ahead(block: EventsBlock) -> None:
    """Whoever keeps the highest one has what the provider says now."""
    ahead = int((NOW + timedelta(hours=1)).timestamp() * 1000)
    await block.apply(race(ahead, "settled", "winner", "loser"))
    assert await statuses(block) == [(ahead, "settled")]
    await block.apply(race(5, "settled", "loser", "winner"))
    assert await statuses(block) == [(ahead + 1, "settled")]
    await block.apply(race(6, "cancelled", "loser", "winner"))
    assert await statuses(block) == [(ahead + 2, "cancelled")]


async def test_a_lost_database_tells_the_same_under_a_revision(tmp_path: Path) -> None:
    """What is left on the topic of markets tells what was told last, and nothing else."""
    said = [
        race(revision, "settled", "winner", "loser" if revision < 3 else "placed") for revision in (1, 2, 3)
    ]
    async with events_block(f"sqlite+aiosqlite:///{tmp_path / 'lost'}") as block:
        facts = []
        for record in said:
            await block.apply(record)
            facts += await told(block)
        assert [fact["revision"] for fact in facts] == [1, 3]
    async with events_block(f"sqlite+aiosqlite:///{tmp_path / 'rebuilt'}") as block:
        block.later(days=1)
        await block.apply(said[-1])
        assert await told(block) == facts[-1:]


async def test_two_cells_tell_the_same(database_url: str, tmp_path: Path) -> None:
    """A fact follows from the message alone, so that whoever hears it twice knows it by its id."""
    heard = []
    for number, url in enumerate((database_url, f"sqlite+aiosqlite:///{tmp_path}")):
        async with events_block(url) as block:
            block.later(minutes=number)
            await block.apply(fixture("feed", "1"), race(1, "settled", "winner", "loser"))
            heard += await told(block)
    assert heard[0] == heard[1]


State: TypeAlias = tuple[str, list[str], list[dict[str, str]]]
"""The status of a market, those of its runners, and its void periods."""

NOTHING: Final[State] = ("open", ["active", "active"], [])
STATES: Final[st.SearchStrategy[State]] = st.tuples(
    st.sampled_from(("open", "suspended", "closed", "settled", "cancelled")),
    st.lists(
        st.sampled_from(("active", "winner", "loser", "placed", "removed", "void")), min_size=2, max_size=2
    ),
    st.sampled_from(([], [MORNING])),
)
STEPS: Final = st.lists(st.sampled_from(("gone", "told", "killed", "again")) | STATES, max_size=12)


class Killed(Exception):
    """The worker ends before it commits."""


@settings(max_examples=EXAMPLES)
@given(steps=STEPS)
def test_whatever_is_said_and_killed_each_change_is_told_once(steps: list[Any]) -> None:
    """Nothing twice in a row, nothing lost, revisions rise, and bets are settled by what was said last."""
    asyncio.run(_follow(steps))


async def _follow(steps: Sequence[Any]) -> None:
    revision, said, heard = 0, NOTHING, list[dict[str, Any]]()
    with tempfile.TemporaryDirectory() as folder:
        async with events_block(f"sqlite+aiosqlite:///{folder}") as block:
            for step in (*steps, "told"):
                match step:
                    case "told":
                        heard += await told(block)
                        known = heard[-1] if heard else _fact(NOTHING)
                        assert _decides(known) == _decides(_fact(said))
                        assert _outcomes(known) == _outcomes(_fact(said))
                    case "killed":
                        await _killed(block)
                    case "gone":
                        await block.apply(gone("market", "feed", "m"))
                    case _:
                        revision += 1
                        said = said if step == "again" else step
                        status, runners, periods = said
                        await block.apply(race(revision, status, *runners, void_periods=periods))
    revisions = [fact["revision"] for fact in heard]
    assert revisions == sorted(set(revisions))
    for before, after in pairwise([_fact(NOTHING), *heard]):
        assert _decides(before) != _decides(after)


async def _killed(block: EventsBlock) -> None:
    with suppress(Killed):
        async with block.subgraph.database.write() as connection:
            markets = await markets_untold(connection, results.BATCH)
            await announce_results(connection, markets, NOW)
            raise Killed


def _fact(state: State) -> dict[str, Any]:
    """Return what a fact would say of a state."""
    status, statuses_of, periods = state
    runners = [{"selection_id": str(at), "status": one} for at, one in enumerate(statuses_of)]
    return {"kind": "WIN", "status": status, "runners": runners, "void_periods": periods}


def _decides(fact: dict[str, Any]) -> Any:
    """Return what of a fact decides bets."""
    of_runners = [runner["status"] for runner in fact["runners"]]
    if fact["status"] == "cancelled":
        return "cancelled"
    if fact["status"] == "settled" or (fact["status"] == "closed" and {"winner", "placed"} & {*of_runners}):
        return fact["status"], of_runners, fact["void_periods"]
    return fact["void_periods"]


def _outcomes(fact: dict[str, Any]) -> list[Outcome | None]:
    """Return what became of bets of two instants on each runner."""
    read = msgspec.convert(fact, MarketResult)
    return [
        outcome_of(read, runner.selection_id, at)
        for runner in read.runners
        for at in (NOW, NOW - timedelta(hours=3))
    ]
