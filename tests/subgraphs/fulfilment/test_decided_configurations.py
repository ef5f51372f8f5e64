"""A worker applies between credits what was decided about providers, and reports what it cannot use."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from consumers.fulfilment.decisions import ProviderDecisions, ProviderHealthReader
from consumers.messages.global_events.message import decode_global
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.workers.fulfilment_worker import FulfilmentProcess, run_fulfilment
from simulator.providers.serve import SECRET
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.payout.provider_decisions import ProviderHolds
from subgraphs.fulfilment.repository import ProviderRepository
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.topics import GLOBAL_TOPIC
from tests.support.fulfilment.payout_harness import PayoutHarness

DEAD = "http://127.0.0.1:9"


def message(harness: PayoutHarness, revision: int, **changes: Any) -> bytes:
    """Return the global message of a revision of the sportsbook."""
    (config,) = [one for one in harness.configs if one.name == "sportsbook"]
    state = {"revision": revision, **config.model_dump(mode="json"), **changes}
    body = {
        "schema": "club.global/1",
        "event_id": f"e-{revision}",
        "brand_id": "*",
        "epoch": 1,
        "number": revision,
        "kind": "provider",
        "subject": "sportsbook",
        "state": state,
        "reason": "a new contract",
        "decided_at": "2026-03-25T14:03:11Z",
    }
    return orjson.dumps(body)


async def apply(harness: PayoutHarness, *bodies: bytes) -> None:
    """Apply messages on the node, as its consumer does."""
    reducer = ProviderDecisions(
        ProviderHolds(ProviderRepository(harness.database.dialect), harness.clock)
    ).reducer
    records = [Record(GLOBAL_TOPIC, 0, at, b"*:provider:sportsbook", body) for at, body in enumerate(bodies)]
    async with harness.database.write() as connection:
        await reducer.apply(connection, [Message(record, decode_global(record)) for record in records])


def restarted(harness: PayoutHarness, **settings: Any) -> FulfilmentProcess:
    """Return a worker that has just started, with the file and settings of its node."""
    database = Database.open(DatabaseSettings(url=harness.url), "fulfilment")
    process = FulfilmentProcess.over(
        database, harness.settings.model_copy(update=settings), harness.clock, harness.configs
    )
    harness.opened.append(process)
    return process


async def reported(harness: PayoutHarness) -> tuple[Mapping[str, Any], list[str]]:
    """Return what the node tells the back office: the health of the sportsbook, and what was refused."""
    async with harness.database.read() as connection:
        report = await ProviderHealthReader(harness.clock).read(connection)
    health = next(provider for provider in report.providers if provider.provider == "sportsbook")
    return {name: getattr(health, name) for name in health.__struct_fields__}, [
        one.reason for one in report.refused
    ]


async def test_a_running_worker_uses_the_new_revision_for_the_next_credit(harness: PayoutHarness) -> None:
    """Nothing is restarted: the file's address is dead, the decided one pays; a replay changes nothing."""
    (alive,) = [config.url for config in harness.configs if config.name == "sportsbook"]
    harness.configure("sportsbook", url=DEAD)
    await harness.owe("c-1")
    process, stop = restarted(harness), asyncio.Event()
    running = asyncio.create_task(run_fulfilment(process, None, stop))
    try:

        async def tried() -> bool:
            return (await harness.find("c-1")).attempts > 0

        await harness.until(tried, "the dead address is tried")
        used = process.registry.find("sportsbook")
        await apply(harness, message(harness, 2, url=alive), message(harness, 1))
        await apply(harness, message(harness, 2, url=alive))  # the message is read again

        async def applied() -> bool:
            return process.configuration.uses["sportsbook"].revision == 2

        await harness.until(applied, "the revision is in use")
        replaced = process.registry.find("sportsbook")
        assert replaced is not None
        assert replaced is not used
        harness.clock.advance(timedelta(minutes=5))

        async def paid() -> bool:
            return await harness.state("c-1") is FulfilmentState.CREDITED

        await harness.until(paid, "the new address pays")
        assert process.registry.find("sportsbook") is replaced
    finally:
        stop.set()
        await running
    assert harness.effects("c-1") == 1


async def test_what_a_worker_cannot_use_leaves_the_old_in_force_also_after_a_restart(
    harness: PayoutHarness,
) -> None:
    """The reason is reported without any value; the newest is used once its secret is there."""
    await apply(harness, message(harness, 1, in_flight=3))
    first = restarted(harness)
    await first.configuration.refresh()
    await apply(harness, message(harness, 2, in_flight=5, secret="rotated"))
    await first.configuration.refresh()
    for process in (first, restarted(harness)):
        await process.configuration.refresh()
        used = process.registry.find("sportsbook")
        assert used is not None
        assert (used.config.in_flight, used.config.secret) == (3, "simulated")
    health, refused = await reported(harness)
    assert (health["revision"], health["circuit"], len(refused)) == (1, "closed", 2)
    assert "needs the secret 'rotated'" in refused[0]
    assert SECRET not in str((health, refused))
    secrets = {**harness.settings.secrets, "rotated": SecretStr(SECRET)}
    later = restarted(harness, secrets=secrets)
    await later.configuration.refresh()
    assert later.configuration.uses["sportsbook"].revision == 2
    await harness.owe("c-1")
    await harness.run_worker(later)
    assert await harness.state("c-1") is FulfilmentState.CREDITED
    for process in (first, later):
        await process.configuration.leave()


async def test_a_secret_in_a_file_is_read_again_when_it_is_replaced(
    harness: PayoutHarness, tmp_path: Path
) -> None:
    """A rotated secret needs no restart; a secret that is gone stops nothing that runs, and is told."""
    (tmp_path / "book-key").write_text("the first\n")
    await apply(harness, message(harness, 1, secret="book-key"))
    process = restarted(harness, secret_folder=tmp_path)
    await process.configuration.refresh()
    before = process.registry.find("sportsbook")
    assert before is not None
    assert before.secret == b"the first"
    (tmp_path / "book-key").write_text("the second\n")
    await process.configuration.refresh()
    after = process.registry.find("sportsbook")
    assert after is not None
    assert after.secret == b"the second"
    assert b"second" not in repr(after).encode()
    (tmp_path / "book-key").unlink()
    await process.configuration.refresh()
    assert process.registry.find("sportsbook") is after
    assert "book-key" in str(process.configuration.uses["sportsbook"].problem)


async def test_a_replaced_provider_finishes_what_it_has_begun(harness: PayoutHarness) -> None:
    """Its connections are closed when the call has ended, not before."""
    await harness.owe("c-1")
    harness.arm_fault("sportsbook", "slow", late_seconds=0.5, times=1)
    process = restarted(harness)
    await process.configuration.refresh()
    used = process.registry.find("sportsbook")
    assert used is not None
    paying = asyncio.create_task(process.worker.run_once())

    async def under_way() -> bool:
        return used.calls.running > 0 or paying.done()

    await harness.until(under_way, "the call runs")
    await apply(harness, message(harness, 1, in_flight=2))
    await process.configuration.refresh()
    assert process.registry.find("sportsbook") is not used
    await paying
    await harness.run_worker(process)
    assert (await harness.state("c-1"), harness.effects("c-1")) == (FulfilmentState.CREDITED, 1)


async def test_a_file_without_its_secret_ends_the_start_unless_it_was_decided_otherwise(
    harness: PayoutHarness,
) -> None:
    """What the back office decided replaces the file, also a file that could not be used."""
    harness.configure("sportsbook", secret="gone")
    with pytest.raises(ProviderConfigError, match="gone"):
        await restarted(harness).worker.prepare(asyncio.Event())
    await apply(harness, message(harness, 1, secret="simulated"))
    await restarted(harness).worker.prepare(asyncio.Event())
