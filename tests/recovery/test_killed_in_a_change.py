"""A process is killed between any two steps of a change, and one right outcome follows (M6, M7)."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from foundation.storage.clock import SystemClock
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT, OUTBOX
from subgraphs.rewards.models import INTENT as REWARDS_INTENT
from tests.support.processes.forked_programs import Program, start_forked
from tests.support.processes.running_furlong import PATIENCE_SECONDS, without_settings
from tests.support.recovery.harness import CHOICE, MEMBERSHIP, RecoveryHarness, reasons

pytestmark = pytest.mark.usefixtures("processes")

SELF_KILLING_CLUB = Path(__file__).with_name("self_killing_club.py")
BEFORE_THE_INTENT = ["writing down", "written, not committed"]
WITH_THE_INTENT = [
    "sending",
    "answered",
    "known",
    "settling",
    "settled, not recorded",
    "recording",
    "recorded, not committed",
]
AFTERWARDS = ["settled", "done"]
IN_RECOVERY = ["committed", "looked at the record", *WITH_THE_INTENT]


@dataclass
class Processes:
    """Processes of the club over a harness's databases."""

    harness: RecoveryHarness
    folder: Path
    started: list[Program] = field(default_factory=list)

    def start(self, *command: str) -> Program:
        """Start a process; its output goes to a file in the folder."""
        environment = without_settings() | {
            "FURLONG_DATABASE_URL": self.harness.club_fixture.url,
            "FURLONG_UPSTREAM_URL": self.harness.club_fixture.upstream_url,
            "FURLONG_UPSTREAM_TIMEOUT_SECONDS": "10",
        }
        with (self.folder / f"process-{len(self.started)}.log").open("wb") as log:
            process = start_forked(*command, environment=environment, folder=self.folder, log=log)
        self.started.append(process)
        return process

    async def dies(self, step: str, what: str) -> None:
        """Start a process that kills itself at a step, and wait for its end."""
        process = self.start(str(SELF_KILLING_CLUB), step, what)
        code = await asyncio.to_thread(process.wait, PATIENCE_SECONDS)
        assert code == -signal.SIGKILL, self.logs()

    def logs(self) -> str:
        """Return the output of all processes."""
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in self.folder.glob("process-*.log"))


@contextmanager
def processes(harness: RecoveryHarness, folder: Path) -> Iterator[Processes]:
    """Provide processes that end with the block."""
    all_of_them = Processes(harness, folder)
    try:
        yield all_of_them
    finally:
        for process in all_of_them.started:
            if process.poll() is None:
                process.kill()
            process.wait()


async def until(holds: Callable[[], Awaitable[bool]], logs: Callable[[], str]) -> None:
    """Wait for a condition; on failure, show the logs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await holds():
        if time.monotonic() > deadline:
            pytest.fail(f"did not happen: {logs()}")
        await asyncio.sleep(0.05)


async def long_ago(harness: RecoveryHarness) -> None:
    """Date the intents back some minutes, by the machine's clock, and memberships before them."""
    for subgraph, table in (
        (harness.club_fixture.club, INTENT),
        (harness.club_fixture.rewards, REWARDS_INTENT),
    ):
        async with subgraph.database.write() as connection:
            at = SystemClock().now() - timedelta(minutes=10)
            await connection.execute(update(table).values(created_at=at))
    async with harness.club_fixture.club.database.write() as connection:
        await connection.execute(update(MEMBERSHIP_EVENT).values(at=at - timedelta(minutes=1)))


async def end_lease(harness: RecoveryHarness) -> None:
    """End the lease of a dead node, instead of waiting for a minute."""
    async with harness.club_fixture.club.database.write() as connection:
        await connection.execute(update(OUTBOX.lease).values(expires_at=SystemClock().now()))


@pytest.mark.parametrize("step", BEFORE_THE_INTENT)
async def test_killed_before_the_intent_nothing_has_happened(
    harness: RecoveryHarness, tmp_path: Path, step: str
) -> None:
    """Without a committed intent nothing is sent upstream; the same key makes the change later, once."""
    with processes(harness, tmp_path) as club:
        await club.dies(step, "opt-in")
    assert await harness.journal() == []
    assert await harness.recover() == (0, 0)
    assert await harness.stored() == {"events": 0, "facts": 0, "choices": 0, "in doubt": 0}
    assert reasons(await harness.opt_in("k")) == []
    assert await harness.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("step", WITH_THE_INTENT)
async def test_a_join_that_was_killed_is_settled(harness: RecoveryHarness, tmp_path: Path, step: str) -> None:
    """Between intent and commit the change is pending; recovery makes it, with one effect."""
    with processes(harness, tmp_path) as club:
        await club.dies(step, "opt-in")
    assert await harness.membership() == {"optedIn": False, "pending": True, "version": 0}
    assert await harness.recover() == (1, 0)
    assert await harness.stored() == {"events": 1, "facts": 1, "choices": 0, "in doubt": 0}
    assert reasons(await harness.opt_in("k")) == []
    assert await harness.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("step", WITH_THE_INTENT)
async def test_a_choice_that_was_killed_is_settled(
    harness: RecoveryHarness, tmp_path: Path, step: str
) -> None:
    """The same holds for a choice: it becomes version 1, once."""
    await harness.opt_in()
    with processes(harness, tmp_path) as club:
        await club.dies(step, "change")
    assert await harness.recover() == (1, 0)
    chosen = await harness.change("k")
    assert chosen["errors"] == []
    assert chosen["club"]["choice"]["version"] == 1
    assert await harness.effects(CHOICE) == 1


@pytest.mark.parametrize("step", AFTERWARDS)
async def test_killed_before_the_answer_the_change_stands(
    harness: RecoveryHarness, tmp_path: Path, step: str
) -> None:
    """After the outcome is committed, a crash costs the customer only the response."""
    with processes(harness, tmp_path) as club:
        await club.dies(step, "opt-in")
    assert await harness.membership() == {"optedIn": True, "pending": False, "version": 1}
    assert await harness.recover() == (0, 0)
    assert reasons(await harness.opt_in("k")) == []
    assert await harness.effects(MEMBERSHIP) == 1


@pytest.mark.parametrize("step", IN_RECOVERY)
async def test_a_recovery_that_is_killed_is_carried_on(
    harness: RecoveryHarness, tmp_path: Path, step: str
) -> None:
    """Whatever step of recovery a node dies at, the next node settles the change once."""
    await harness.fault("timeout_before", times=2)
    await harness.opt_in(club_fixture=harness.impatient)
    await harness.no_more_faults()
    await long_ago(harness)
    with processes(harness, tmp_path) as club:
        await club.dies(step, "worker")
        await end_lease(harness)
    node = harness.recovering(SystemClock())
    made = await node.round()
    assert (made.settled, made.in_doubt) == (1, 0)
    assert await harness.stored() == {"events": 1, "facts": 1, "choices": 0, "in doubt": 0}
    assert await harness.effects(MEMBERSHIP) == 1


async def test_the_command_settles_goes_on_after_a_kill_and_stops_when_told(
    harness: RecoveryHarness, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """`furlong worker intents` as an operator runs it, on two nodes, one of them killed."""

    async def joined() -> bool:
        return (await harness.stored())["events"] == 1

    async def left() -> bool:
        return (await harness.stored())["events"] == 2

    await harness.fault("timeout_before", times=2)
    await harness.opt_in(club_fixture=harness.impatient)
    await harness.no_more_faults()
    await long_ago(harness)
    with processes(harness, tmp_path) as nodes:
        first = nodes.start("furlong", "worker", "intents")
        await until(joined, nodes.logs)
        port = free_port()
        second = nodes.start("furlong", "worker", "intents", "--listen", f"127.0.0.1:{port}")
        first.kill()
        await harness.fault("timeout_before", times=2)
        assert reasons(await harness.opt_out(club_fixture=harness.impatient)) == ["UPSTREAM_PENDING"]
        await harness.no_more_faults()
        await long_ago(harness)
        await end_lease(harness)
        await until(left, nodes.logs)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as status:

            async def works() -> bool:
                return bool((await status.get("/health")).json()["working"])

            await until(works, nodes.logs)
            assert 'furlong_worker_up{worker="intents"} 1.0' in (await status.get("/metrics")).text
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, PATIENCE_SECONDS) == 0, nodes.logs()
    lease = select(OUTBOX.lease.c.holder).where(OUTBOX.lease.c.name == "intents")
    async with harness.club_fixture.club.database.read() as connection:
        assert (await connection.execute(lease)).all() == []
    assert await harness.effects(MEMBERSHIP) == 2
