"""Any sequence of messages, faults and decisions gives one credit at most, and excluded customers none."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.decisions import Decisions
from subgraphs.fulfilment.state.state_machine import PAID, STOPPED, FulfilmentState
from tests.support.fulfilment.payout_harness import PayoutHarness, key_of, open_harness
from tests.support.long_form import LONG_FORM

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


async def happen(harness: PayoutHarness, event: str) -> None:
    """Apply one event."""
    match event:
        case "account":
            await harness.add_account("c-1")
        case "exclude":
            await harness.add_account("c-1", rg_state="self_excluded")
        case "choose" | "choose finally":
            await harness.choose("c-1", final=event == "choose finally")
        case "provisional" | "confirmed" | "revoked":
            await harness.qualify("c-1", event)
        case "work" | "other worker":
            await harness.run_worker(harness.opened[event == "work"])
        case "later" | "day later":
            harness.clock.advance(timedelta(minutes=6) if event == "later" else timedelta(hours=25))
        case "retry":
            with suppress(InvalidDecision):
                await Decisions(harness.opened[0].uow).retry(key_of("c-1"), "sam")
        case _:
            happen_at_the_provider(harness, event)


def happen_at_the_provider(harness: PayoutHarness, event: str) -> None:
    """Settle a pending credit, use a reward, or arm a fault."""
    ledger = harness.providers["sportsbook"].handler.ledger
    entry = ledger.find(key_of("c-1"))
    match event, entry and entry.status:
        case "settle", "pending":
            ledger.change(key_of("c-1"), "credited", harness.clock.now())
        case "use", "credited":
            ledger.change(key_of("c-1"), "used", harness.clock.now())
        case (("settle" | "use"), _):
            pass
        case fault, _:
            harness.arm_fault("sportsbook", fault)  # type: ignore[arg-type]  # one of the names


async def lived(migrated: Path, events: Sequence[str]) -> tuple[list[FulfilmentState | None], int, int]:
    """Return a reward's states after each event, its credits, and its credits at the first exclusion."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, Path(folder) / "databases")
        url = f"sqlite+aiosqlite:///{folder}/databases"
        async with open_harness(url, Path(folder), kinds=("sportsbook",)) as harness:
            harness.open()
            harness.open()
            states: list[FulfilmentState | None] = []
            when_excluded = -1
            for event in events:
                if event == "exclude" and when_excluded < 0:
                    when_excluded = harness.effects("c-1")
                await happen(harness, event)
                found = await harness.find_or_none("c-1")
                states.append(found.state if found else None)
            return states, harness.effects("c-1"), when_excluded


@settings(max_examples=EXAMPLES)
@given(st.lists(st.sampled_from(EVENTS), min_size=5, max_size=25))
def test_any_sequence_of_events_credits_once_at_most(migrated_fulfilment: Path, events: list[str]) -> None:
    """No fault, order, repetition or decision causes a second credit; paid and stopped rewards stay so."""
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
    """After a self-exclusion nothing is credited."""
    events = ["account", "choose finally", "confirmed", *before, "exclude", *after]
    _, effects, when_excluded = asyncio.run(lived(migrated_fulfilment, events))
    assert effects == when_excluded


SAID = ("account", "choose finally", "provisional", "confirmed")


@settings(max_examples=EXAMPLES)
@given(st.permutations(SAID), st.lists(st.sampled_from(SAID), max_size=4))
def test_the_order_in_which_facts_arrive_does_not_matter(
    migrated_fulfilment: Path, first: list[str], again: list[str]
) -> None:
    """Account, choice and confirmation arrive on different topics, in any order and repeatedly: paid once."""
    events = [*first, *(event for event in again if event != "provisional"), "work", "later", "work"]
    states, effects, _ = asyncio.run(lived(migrated_fulfilment, events))
    assert (states[-1], effects) == (FulfilmentState.CREDITED, 1)
