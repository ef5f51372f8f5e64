"""Whatever happens in a club week, in any order, the state is right and at most one reward is paid."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from simulator.providers.faults import ProviderFault
from subgraphs.fulfilment.models import FULFILMENT
from tests.life.reference_model import CLOSES, ENDS, PAID, Bet, Model
from tests.life.whole_product import KEY, Product, running_product, written
from tests.support.long_form import LONG_FORM

EXAMPLES: Final = 400 if LONG_FORM else 7
BEGINS: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(minutes=61)
DAY: Final = timedelta(days=1)
EXCLUDED: Final = {"rg_state": "self_excluded"}
WORTH: Final = {"fb-5": 500, "fb-2x3": 600}
FAULTS: Final = ("busy", "error_after", "reset_before", "reset_after", "refuse", "pending", "duplicate")

ANY: Final = ("exclude", "suspend", "restore", "blip", "replay", "restart", "keep", "late bet", "void")
DISASTERS: Final = (
    "back up",
    *(
        f"{kind} {name}"
        for kind in ("lose", "restore")
        for name in ("club", "rewards", "progress", "fulfilment")
    ),
)
OPEN: Final = (*ANY, "join", "join", "leave", "choose", "bet", "bet", "whole bet")
PROVISIONAL: Final = (*ANY, "join", "leave", "restore", "late void", "late whole bet")
CLOSED: Final = (*PROVISIONAL, "work", "work", "work", "settle", "use", "expire", *FAULTS)
BEGINNINGS: Final[tuple[list[str], ...]] = (
    [],
    ["join"],
    ["join", "bet", "bet"],
    ["join", "whole bet"],
    ["join", "choose", "whole bet"],
)
TWICE: Final = ("error_after", "error_after")
"""So that the worker knows nothing: it calls a provider twice before it leaves a reward for later."""

PAYING: Final = ([], ["keep"], ["keep", "work"], *(["keep", fault, fault, "work"] for fault in FAULTS))


def any_of(events: Sequence[str], most: int) -> st.SearchStrategy[list[str]]:
    """Generate events in any order and number."""
    return st.lists(st.sampled_from(events), max_size=most)


LIVES: Final = st.tuples(
    st.sampled_from(BEGINNINGS),
    any_of(OPEN, 5),
    st.just(["end"]),
    any_of(PROVISIONAL, 3),
    st.just(["close"]),
    st.sampled_from(PAYING),
    any_of(CLOSED, 6),
).map(lambda parts: [event for part in parts for event in part])


@dataclass
class Life:
    """The product and the model, compared after each event.

    Attributes:
        empty: A folder with migrated, empty databases.
        faults: How many the provider may still meet.
        refusals: How many it may ever have met after which a person has to decide.
        revision: Of the newest thing that was said of a bet.
    """

    product: Product
    model: Model
    empty: Path
    shown: str = "NOT_OPTED_IN"
    faults: int = 0
    refusals: int = 0
    revision: int = 1

    async def live(self, event: str) -> None:
        """Apply one event to both, and compare them."""
        now = self.product.clock.now() + (HOUR if event in {"use", "expire"} else MINUTE)
        now = max(now, {"end": ENDS, "close": CLOSES}.get(event, now))
        self.model.now = self.product.clock.instant = now
        await self.product.settle()
        before = self.product.effects
        await (self._disaster(event) if event in DISASTERS else self._happen(event))
        self.model.follow()
        await self._compare(event, before)

    async def _happen(self, event: str) -> None:
        match event:
            case "join" | "leave" | "choose" | "choose in doubt":
                await self._ask_for(event)
            case "bet" | "whole bet" | "late bet" | "late whole bet":
                await self._bet(event)
            case "void" | "late void":
                await self._void(event)
            case "exclude" | "suspend" | "restore" | "blip":
                await self._account(event)
            case "replay":
                await self.product.replay()
            case "restart":
                await self.product.restart()
            case "keep":
                await self.product.keep()
                self.model.kept = self.model.kept or self.model.now >= CLOSES
            case "work":
                await self.product.work()
            case "end" | "close":
                pass
            case _:
                self._at_the_provider(event)

    async def _disaster(self, event: str) -> None:
        kind, name = event.split()
        if kind == "back":
            await self.product.save()
        elif kind == "lose":
            await self.product.lose(name, self.empty)
        else:
            await self.product.restore(name)
        if name == "progress" and self.model.now >= CLOSES:
            self.model.kept = True  # recovering brings the weeks to where they are

    async def _ask_for(self, event: str) -> None:
        model, product = self.model, self.product
        wanted = "fb-5" if len(model.chosen) % 2 else "fb-2x3"
        if event == "choose in doubt":  # it is repeated after the backup
            await product.upstream_is_busy()
            assert await product.choose(wanted, len(model.chosen)) == ["UPSTREAM_PENDING"]
            await product.save()
            model.chosen.append(wanted)
            return
        if event == "choose":
            errors = await product.choose(wanted, len(model.chosen))
            assert (errors == []) == (model.fit and model.member), errors
            model.chosen += [] if errors else [wanted]
            return
        errors = await (product.opt_in() if event == "join" else product.opt_out())
        allowed = model.fit and not model.member if event == "join" else model.member
        assert (errors == []) == allowed, errors
        model.changes += [] if errors else [(model.now, event == "join")]

    async def _bet(self, event: str) -> None:
        at, amount = min(self.model.now, ENDS - MINUTE), 2500 if "whole" in event else 1500
        number = len(self.product.log)
        await self.product.hear_of_bet(number, at, amount)
        self.model.bets[number] = Bet(at, amount)

    async def _void(self, event: str) -> None:
        if not self.model.bets:
            return
        number, bet = max(self.model.bets.items())
        at = min(self.model.now, CLOSES - MINUTE) if event == "late void" else self.model.now
        self.revision += 1
        void = {"bet_revision": self.revision, "status": "void", "occurred_at": written(at)}
        await self.product.hear_of_bet(number, bet.placed_at, bet.amount, **void)
        if at < CLOSES:
            del self.model.bets[number]

    async def _account(self, event: str) -> None:
        model, revision = self.model, len(self.model.told) + 1
        match event:
            case "exclude":
                await self.product.hear_of_account(revision, model.now, **EXCLUDED)
                model.learn(model.now, fit=False, leaves=True)
            case "suspend":
                await self.product.hear_of_account(revision, model.now, status="suspended")
                model.learn(model.now, fit=False)
            case "restore":
                await self.product.hear_of_account(revision, model.now)
                model.learn(model.now, fit=True)
            case _:  # excluded for half a minute, which is heard of when it is over
                since = model.now - MINUTE / 2
                await self.product.hear_of_account(revision + 1, model.now)
                await self.product.hear_of_account(revision, since, **EXCLUDED)
                model.learn(since, fit=False)
                model.learn(model.now, fit=True)

    def _at_the_provider(self, event: str) -> None:
        ledger, now = self.product.provider.handler.ledger, self.model.now
        entry = ledger.find(KEY)
        match event, entry and entry.status:
            case "settle", "pending":
                ledger.change(KEY, "credited", now)
            case "use", "credited":
                ledger.change(KEY, "used", now)
            case "expire", "credited":
                ledger.change(KEY, "expired", now)
            case (("settle" | "use" | "expire"), _):
                pass
            case fault, _:
                self.product.provider.handler.faults.arm(ProviderFault(fault))  # type: ignore[arg-type]  # a name
                self.faults += 1
                self.refusals += fault == "refuse"

    async def _compare(self, event: str, before: int) -> None:
        """Check that the state is the model's and may follow, and that nothing was paid wrongly."""
        model, club, effects = self.model, await self.product.club(), self.product.effects
        worked = event == "work"
        calm, self.faults = self.faults == 0, 0 if worked else self.faults
        entry = self.product.provider.handler.ledger.find(KEY)
        booked = None if entry is None or effects == 0 else entry.status.upper()
        expected = model.states(worked=worked, calm=calm, booked=booked)
        assert club["state"] in expected, (event, club, expected, model)
        assert model.may_follow(self.shown, club["state"], credited=effects > 0), (event, self.shown, club)
        assert (club["progress"] is None) == (club["ineligibleReason"] is not None)
        assert effects <= 1
        if model.never_paid and event != "settle":
            assert effects == before, event
        self.shown = club["state"]
        model.see(self.shown, worked=worked)

    async def end(self) -> None:
        """End all faults and let all programs continue; check that exactly what is owed is paid."""
        product, model = self.product, self.model
        product.provider.handler.faults.clear()
        self.faults = 0
        for event in ("keep", "settle", "work", "work", "work"):
            await self.live(event)
        async with product.databases["fulfilment"].read() as connection:
            rows = await connection.scalar(select(func.count()).select_from(FULFILMENT))
        assert rows == (model.row is not None)
        assert (self.shown in PAID) == (product.effects == 1)
        entry = product.provider.handler.ledger.find(KEY)
        if product.effects and entry:
            assert entry.body["amount_minor"] == WORTH[(["fb-5", *model.chosen])[-1]]
        if model.row == "open":
            assert self.refusals, "owed, and not paid"


async def lived(migrated: Path, events: Sequence[str]) -> None:
    """Go through a week, in databases of its own."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        async with running_product(Path(folder), BEGINS) as product:
            life = Life(product, Model([(BEGINS - 3 * DAY, True)], BEGINS), migrated)
            for event in events:
                await life.live(event)
            await life.end()


@pytest.mark.slow("the whole product goes through a week for each example")
@settings(max_examples=EXAMPLES)
@given(events=LIVES)
@example(events=["join", "whole bet", "end", "blip", "close", "keep", "work"])
@example(events=["join", "choose", "whole bet", "exclude", "restore", "end", "close", "keep", *TWICE, "work"])
@example(events=["join", "whole bet", "end", "close", "keep", *TWICE, "work", "expire", "work"])
@example(
    events=["join", "bet", "exclude", "restore", "join", "end", "late bet", "close", *PAYING[-2], "exclude"]
)
def test_any_life_of_a_week_is_the_models(migrated_product: Path, events: list[str]) -> None:
    """After each event the graph shows what follows from the facts, and no credit is wrong."""
    asyncio.run(lived(migrated_product, events))


DISASTROUS: Final = st.tuples(
    st.sampled_from(BEGINNINGS),
    any_of((*OPEN, *DISASTERS), 5),
    st.just(["end"]),
    any_of((*PROVISIONAL, *DISASTERS), 3),
    st.just(["close"]),
    st.sampled_from(PAYING),
    any_of((*CLOSED, *DISASTERS), 6),
).map(lambda parts: [event for part in parts for event in part])


@pytest.mark.slow("the whole product goes through a week for each example")
@settings(max_examples=EXAMPLES)
@given(events=DISASTROUS)
@example(
    events=[
        *("join", "bet", "bet", "end", "leave", "leave", "restore club", "close", "keep", *TWICE, "work"),
        *("lose rewards", "exclude", "expire", "restore progress", "exclude", "exclude"),
    ]
)
def test_any_life_in_which_databases_are_lost_or_restored_is_the_models(
    migrated_product: Path, events: list[str]
) -> None:
    """What was paid stays paid, what is owed is paid, and customers see what they saw before."""
    asyncio.run(lived(migrated_product, events))


STAGES: Final = (
    ("in mid-week", "in the grace", "after the close", "after it was paid")
    if LONG_FORM
    else ("in mid-week", "after the close")
)


@pytest.mark.slow("the whole product goes through a week each time")
@pytest.mark.parametrize("name", ["club", "rewards", "progress", "fulfilment"])
@pytest.mark.parametrize("kind", ["lose", "restore"])
@pytest.mark.parametrize("when", STAGES, ids=str)
def test_one_database_is_lost_or_restored(migrated_product: Path, name: str, kind: str, when: str) -> None:
    """Each database is lost at each stage of a week of a customer who leaves, returns and qualifies."""
    disaster = f"{kind} {name}"
    week = ["join", "bet", "back up", "leave", "join", "choose", "bet", "choose"]
    stages = {
        "in mid-week": [*week, disaster, "end", "close", "keep", "work"],
        "in the grace": [*week, "end", disaster, "close", "keep", "work"],
        "after the close": [*week, "end", "close", "keep", disaster, "work"],
        "after it was paid": [*week, "end", "close", "keep", "work", disaster, "work", "use", "work"],
    }
    asyncio.run(lived(migrated_product, stages[when]))


@pytest.mark.slow("the whole product goes through a week each time")
@pytest.mark.parametrize("newer", [0, 1, 2])
@pytest.mark.parametrize("late", [False, True], ids=["in mid-week", "after the close"])
def test_a_choice_that_was_in_doubt_at_the_backup(migrated_product: Path, newer: int, *, late: bool) -> None:
    """Its customer gets what they chose last, whether or not they gave the choice in doubt up."""
    week = ["join", "whole bet", "choose in doubt", *["choose"] * newer]
    # Settled at once in the one case: a change that is in doubt for a day is refused.
    end = ["restore rewards", "end", "close", "keep"]
    if late:
        end = ["keep", "end", "close", "keep", "restore rewards"]
    asyncio.run(lived(migrated_product, [*week, *end, "work"]))
