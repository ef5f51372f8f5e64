"""Whatever is said, fails and is decided, in any order: one credit at most, and none to the excluded."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from till import LONG_FORM, Till, key_of, open_till

from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.state.state_machine import PAID, STOPPED, FulfilmentState

FAULTS = ("busy", "error_after", "reset_after", "reset_before", "refuse", "pending", "duplicate", "html")
EXAMPLES = 500 if LONG_FORM else 15
EVENTS = (
    "account",
    "exclude",
    "choose",
    "choose finally",
    "provisional",
    "confirmed",
    "revoked",
    "work",
    "other worker",
    "later",
    "day later",
    "retry",
    "settle",
    "use",
    *FAULTS,
)


async def happen(till: Till, event: str) -> None:
    """Lets one thing happen."""
    match event:
        case "account":
            await till.add_account("c-1")
        case "exclude":
            await till.add_account("c-1", rg_state="self_excluded")
        case "choose" | "choose finally":
            await till.choose("c-1", final=event == "choose finally")
        case "provisional" | "confirmed" | "revoked":
            await till.qualify("c-1", event)
        case "work" | "other worker":
            await till.work(till.opened[event == "work"])
        case "later" | "day later":
            till.clock.advance(timedelta(minutes=6) if event == "later" else timedelta(hours=25))
        case "retry":
            with suppress(InvalidDecision):
                await Decisions(till.opened[0].uow).retry(key_of("c-1"), "sam")
        case _:
            happen_at_the_provider(till, event)


def happen_at_the_provider(till: Till, event: str) -> None:
    """Lets a pending credit be settled, a reward be used, or something fail next time."""
    books = till.providers["sportsbook"].handler.books
    entry = books.find(key_of("c-1"))
    match event, entry and entry.status:
        case "settle", "pending":
            books.change(key_of("c-1"), "credited", till.clock.now())
        case "use", "credited":
            books.change(key_of("c-1"), "used", till.clock.now())
        case (("settle" | "use"), _):
            pass
        case fault, _:
            till.upset("sportsbook", fault)  # type: ignore[arg-type] - one of the names


async def lived(migrated: Path, events: Sequence[str]) -> tuple[list[FulfilmentState | None], int, int]:
    """The states that a reward went through, its credits, and those at its first exclusion."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, Path(folder) / "databases")
        url = f"sqlite+aiosqlite:///{folder}/databases"
        async with open_till(url, Path(folder), kinds=("sportsbook",)) as till:
            till.open()
            till.open()
            states: list[FulfilmentState | None] = []
            when_excluded = -1
            for event in events:
                if event == "exclude" and when_excluded < 0:
                    when_excluded = till.effects("c-1")
                await happen(till, event)
                found = await till.look("c-1")
                states.append(found.state if found else None)
            return states, till.effects("c-1"), when_excluded


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(EVENTS), min_size=5, max_size=25))
def test_any_sequence_of_events_credits_once_at_most(migrated_fulfilment: Path, events: list[str]) -> None:
    """No fault, order, repetition or decision makes a second credit; what is paid or stopped stays so."""
    states, effects, _ = asyncio.run(lived(migrated_fulfilment, events))
    assert effects <= 1
    paid = next((place for place, state in enumerate(states) if state in PAID), len(states))
    assert all(state in PAID for state in states[paid:])
    stopped = next((place for place, state in enumerate(states) if state in STOPPED), len(states))
    assert len(set(states[stopped:])) <= 1
    if any(state in STOPPED for state in states):
        assert effects == 0


@settings(max_examples=EXAMPLES)
@given(
    st.lists(st.sampled_from([event for event in EVENTS if event != "exclude"]), max_size=10),
    st.lists(st.sampled_from([event for event in EVENTS if event not in {"account", "settle"}]), max_size=10),
)
def test_nothing_is_credited_after_an_exclusion(
    migrated_fulfilment: Path, before: list[str], after: list[str]
) -> None:
    """From the self-exclusion on no provider is made to credit anything."""
    events = ["account", "choose finally", "confirmed", *before, "exclude", *after]
    _, effects, when_excluded = asyncio.run(lived(migrated_fulfilment, events))
    assert effects == when_excluded


SAID = ("account", "choose finally", "provisional", "confirmed")


@settings(max_examples=EXAMPLES)
@given(st.permutations(SAID), st.lists(st.sampled_from(SAID), max_size=4))
def test_the_order_in_which_facts_arrive_does_not_matter(
    migrated_fulfilment: Path, first: list[str], again: list[str]
) -> None:
    """Account, choice and confirmation come by different topics, in any order and again: paid once."""
    events = [*first, *(event for event in again if event != "provisional"), "work", "later", "work"]
    states, effects, _ = asyncio.run(lived(migrated_fulfilment, events))
    assert (states[-1], effects) == (FulfilmentState.CREDITED, 1)
