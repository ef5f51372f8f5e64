"""A cell that is moved amid unfinished work: changes in doubt, due rewards, facts that are not published."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiokafka import AIOKafkaConsumer
from sqlalchemy.exc import SQLAlchemyError

from cells.moving.journal import Step
from cells.moving.move import open_move, run
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.cell_tables import CELL_TABLES
from furlong.topic_plans import MESSAGES
from subgraphs.block_list import SUBGRAPHS
from tests.support.fulfilment.payout_harness import PayoutHarness, open_harness
from tests.support.fulfilment.worker_processes import worker_processes
from tests.support.long_form import LONG_FORM
from tests.support.processes.running_furlong import programs_in
from tests.support.recovery.harness import MEMBERSHIP, RecoveryHarness, harness_over

from .conftest import PREFIX, CellServer, MovingHarness, behind_haproxy

pytestmark = [
    pytest.mark.usefixtures("mariadb_installed", "haproxy_installed"),
    pytest.mark.timeout(900),
]
CUSTOMERS = [f"r-{n}" for n in range(400 if LONG_FORM else 20)]
FIRST, LATER = CUSTOMERS[::2], CUSTOMERS[1::2]
PATIENCE_SECONDS = 300.0
OUTCOMES = "club.outcomes.v1"
CELL = {"FURLONG_CELL": "c1", "FURLONG_CELL_PARTITIONS": "0-1", "FURLONG_CELL_OF": "4"}


def rows(place: CellServer, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds at a place; `{cell}` in it is the prefix of the databases."""
    return place.as_root(query.format(cell=PREFIX))


def states_of_rewards(place: CellServer) -> Counter[object]:
    """Count the rewards of each state."""
    found = rows(place, "SELECT state, COUNT(*) FROM {cell}_fulfilment.fulfilment GROUP BY state")
    return Counter({state: int(str(number)) for state, number in found})


def waiting_at(place: CellServer) -> int:
    """Count the facts in all outboxes."""
    return sum(
        int(str(rows(place, f"SELECT COUNT(*) FROM {{cell}}_{name}.outbox")[0][0]))  # noqa: S608
        for name in SUBGRAPHS
    )


async def leave_in_doubt(recovery: RecoveryHarness) -> None:
    """Have the upstream do a change whose answer is lost."""
    await recovery.fault("timeout_after", times=1)
    payload = await recovery.opt_in(club_fixture=recovery.impatient)
    assert [error["code"] for error in payload["errors"]] == ["UPSTREAM_PENDING"]
    await recovery.no_more_faults()


async def settled(recovery: RecoveryHarness) -> None:
    """Run recovery until no change is in doubt; connections through the switch were ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(SQLAlchemyError, OSError):
                if await recovery.recover() == (0, 0):
                    return
            await asyncio.sleep(0.05)


async def published(broker: EmbeddedBroker, wanted: int) -> set[str]:
    """Return whose outcomes are on the topic as credited, once that many are."""
    found: set[str] = set()
    consumer = AIOKafkaConsumer(OUTCOMES, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(found) < wanted:
                record = await consumer.getone()
                if b'"credited"' in (record.value or b"").lower():
                    found.add((record.key or b"").decode())
    finally:
        await consumer.stop()
    return found


async def test_a_move_amid_unfinished_work_loses_and_repeats_nothing(
    moving: MovingHarness, embedded_broker: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One credit for each reward by the providers' books, each fact published, the change done once upstream.

    Some credits are made without an answer, so that their rewards are in doubt while the cell moves.
    """
    for name, value in CELL.items():
        monkeypatch.setenv(name, value)
    await asyncio.to_thread(embedded_broker.create_topics, [plan.name for plan in MESSAGES])
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(ExitStack())
        short = Path(servers.enter_context(TemporaryDirectory(prefix="fr")))
        settings, socket = await asyncio.to_thread(behind_haproxy, moving, short, servers)
        recovery = await stack.enter_async_context(harness_over(settings.url, tmp_path))
        harness = await stack.enter_async_context(open_harness(settings.url, tmp_path))
        await leave_in_doubt(recovery)
        await _owe(harness, FIRST)
        for kind in harness.providers:
            harness.configure(kind, timeout_seconds=1.0)
        harness.arm_fault("sportsbook", "timeout_after", times=len(FIRST) // 2, late_seconds=2.0)
        await _work_and_move(moving, harness, embedded_broker, tmp_path, socket)
        await settled(recovery)
        assert await recovery.effects(MEMBERSHIP) == 1
        assert Counter(harness.effects(customer) for customer in CUSTOMERS) == {1: len(CUSTOMERS)}
    intents = rows(moving.there, "SELECT status FROM {cell}_club.intent")
    assert intents == [("confirmed",)]
    assert rows(moving.here, "SELECT status FROM {cell}_club.intent") == [("pending",)]
    assert states_of_rewards(moving.there) == {"CREDITED": len(CUSTOMERS)}
    assert states_of_rewards(moving.here)["CREDITED"] < len(CUSTOMERS)


async def _owe(harness: PayoutHarness, customers: list[str]) -> None:
    for customer in customers:
        await harness.owe(customer)


async def _work_and_move(
    moving: MovingHarness, harness: PayoutHarness, broker: EmbeddedBroker, folder: Path, socket: str
) -> None:
    """Pay and publish in processes of their own, and move the cell while they do."""
    kafka = {
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": broker.generation,
        "FURLONG_DATABASE_URL": harness.url,
    }
    with worker_processes(harness, folder) as workers, programs_in(folder, kafka | CELL) as programs:
        payers = [workers.start(**CELL, FURLONG_FULFILMENT_LEASE_SECONDS="10") for _ in range(2)]

        async def paying() -> bool:
            return any(harness.effects(one) for one in FIRST)

        await harness.until(paying, "a reward is credited")
        loop = asyncio.get_running_loop()

        def report(step: Step, says: str) -> None:
            """Stop the payers just before the fence, wherever they are, and owe rewards that none begins."""
            if (step, says) == (Step.FENCE, "begins"):
                for payer in payers:
                    payer.send_signal(signal.SIGSTOP)
                asyncio.run_coroutine_threadsafe(_owe(harness, LATER), loop).result(PATIENCE_SECONDS)
            elif step is Step.CLEAN_UP:
                for payer in payers:
                    payer.send_signal(signal.SIGCONT)

        await asyncio.to_thread(run, open_move(moving.settings(router_socket=socket), CELL_TABLES), report)
        assert waiting_at(moving.there) > 0  # nothing has published yet
        programs.start("worker", "outbox")

        async def done() -> bool:
            assert all(each.poll() is None for each in (*payers, *programs.started)), programs.logs()
            credited = states_of_rewards(moving.there) == {"CREDITED": len(CUSTOMERS)}
            return credited and waiting_at(moving.there) == 0

        try:
            async with asyncio.timeout(PATIENCE_SECONDS):  # a lease of a stopped payer has to end first
                while not await done():  # noqa: ASYNC110 - other processes
                    await asyncio.sleep(0.1)
        except TimeoutError:
            found = rows(moving.there, "SELECT * FROM {cell}_fulfilment.fulfilment WHERE state <> 'CREDITED'")
            pytest.fail(
                f"{found}, {waiting_at(moving.there)} facts wait\n{workers.logs()}\n{programs.logs()}"
            )
        assert len(await published(broker, len(CUSTOMERS))) == len(CUSTOMERS)
