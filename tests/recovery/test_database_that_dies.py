"""The database dies between the upstream's success and our record of it; once it is back, all is right."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from foundation.storage.settings import DatabaseSettings
from furlong.workers.recovery_worker import create_recovery_rounds
from subgraphs.club.models import MEMBERSHIP_EVENT, OUTBOX
from subgraphs.kit.mutations.recovery_parts import RecoveryParts
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.models import REWARD_CHOICE
from tests.support.recovery.harness import CHANGE, OPT_IN, SHOWN, UNDISTURBED
from tests.support.subgraphs.club_fixture import ClubFixture, ask, codes, data_of, migrate
from tests.support.subgraphs.club_samples import NOW
from tests.support.subgraphs.upstream_double import UpstreamDouble
from tools.private_mariadb import PrivateMariadb, start_mariadb

pytestmark = pytest.mark.usefixtures("mariadb_installed")
JOIN = {"brand": "northbet", "termsVersion": "2026-1", "idempotencyKey": "k"}
CHOOSE = {"brand": "northbet", "optionId": "northbet:fb-2x3:1", "expectedVersion": 0, "idempotencyKey": "k"}


def kill(server: PrivateMariadb) -> None:
    """Kill a server."""
    os.kill(server.process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while server.process.is_running():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_what_the_upstream_has_done_is_recorded_when_the_database_is_back(
    tmp_path: Path, upstream: UpstreamDouble
) -> None:
    """The customer sees no success; recovery finds the changes on record, and repeats none."""
    server = await asyncio.to_thread(start_mariadb, tmp_path)
    url = server.fresh_url()
    await migrate(url)
    club_fixture = ClubFixture.over(url, NOW)
    await club_fixture.add_northbet()
    dead = asyncio.Event()

    async def wait(_request: httpx.Request) -> None:
        await dead.wait()

    async def die(_request: httpx.Request) -> None:
        await asyncio.to_thread(kill, server)
        dead.set()

    upstream.script = [wait, die]  # of two changes, both are with the upstream when it happens
    answers = await asyncio.gather(
        ask(club_fixture.club, OPT_IN, {"i": JOIN}), ask(club_fixture.rewards, CHANGE, {"i": CHOOSE})
    )
    assert [codes(answer) for answer in answers] == [["SERVICE_UNAVAILABLE"]] * 2
    assert len(upstream.effects) == 2
    await club_fixture.close()

    server = await asyncio.to_thread(start_mariadb, tmp_path)
    back = f"{server.url.rpartition('/')[0]}/{url.rpartition('/')[2]}"
    try:
        await check_recovery(ClubFixture.over(back, NOW), upstream)
    finally:
        await asyncio.to_thread(server.stop)


async def check_recovery(club_fixture: ClubFixture, upstream: UpstreamDouble) -> None:
    """Check that both changes are pending, and that recovery settles them by the upstream's record alone."""
    assert (await data_of(club_fixture.club, SHOWN))["club"]["membership"]["pending"] is True
    club_fixture.clock.advance(UNDISTURBED)
    asked = len(upstream.calls)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(club_fixture.close)
        upstream_settings = UpstreamSettings(url=club_fixture.upstream_url)
        database = DatabaseSettings(url=club_fixture.url)
        parts = RecoveryParts(stack, database, upstream_settings, club_fixture.clock)
        made = await create_recovery_rounds(parts).round()
        assert (made.settled, made.in_doubt) == (2, 0)
        assert (len(upstream.calls), len(upstream.effects)) == (asked, 2)
        assert await club_fixture.count(club_fixture.club, MEMBERSHIP_EVENT) == 1
        assert await club_fixture.count(club_fixture.club, OUTBOX.outbox) == 1
        assert await club_fixture.count(club_fixture.rewards, REWARD_CHOICE) == 1
        again = await ask(club_fixture.club, OPT_IN, {"i": JOIN})
        assert again["data"]["optIn"]["errors"] == []
