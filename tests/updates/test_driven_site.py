"""A site drives its streams: what nobody tells it of is noticed all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.neighbours import NEIGHBOURS
from furlong.serve import live_updates
from furlong.serve.site import create_site
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live import rereading
from subgraphs.kit.live.event_bus import MemoryBus
from subgraphs.kit.live.settings import LiveSettings
from subgraphs.kit.reads.options import ReadOptions
from subgraphs.kit.settings import PublicDataSettings, UpstreamSettings
from tests.support.gateway.site_streams import following
from tests.support.subgraphs.club_fixture import ClubFixture, make_token, session_settings
from tests.support.subgraphs.club_samples import CUSTOMER, NOW, OWNER, make_config


@dataclass
class Harness:
    """A site, and subgraphs beside it that stand for other processes on the same databases."""

    site: Starlette
    others: ClubFixture
    bus: MemoryBus


@asynccontextmanager
async def served(folder: Path, *, is_complete: bool, **live: Any) -> AsyncIterator[Harness]:
    """Run a site over new databases with the usual world."""
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    await upgrade_databases(database)
    others = ClubFixture.over(database.url, NOW)
    await others.add_northbet()
    clock, bus = ManualClock(NOW), MemoryBus(is_complete=is_complete)
    parts = SubgraphParts(
        database,
        UpstreamSettings(),
        SessionVerifier.from_settings(session_settings(), clock),
        clock,
        ReadOptions(PublicDataSettings(stale_seconds=0.01)),
        bus=bus,
        live=LiveSettings(interval_seconds=0, **live),
        neighbours=NEIGHBOURS,
    )
    site = create_site(parts)
    async with site.router.lifespan_context(site):
        yield Harness(site, others, bus)
    await others.close()


async def test_without_notices_watched_customers_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process commits comes as an event, and what stays the same does not; the log says so."""
    monkeypatch.setattr(rereading, "IDLE_SECONDS", 0.01)
    with capture_logs() as logged:
        async with (
            served(tmp_path, is_complete=False, reread_seconds=0.05) as harness,
            following(harness.site, make_token(CUSTOMER)) as stream,
        ):
            await stream.until(lambda: len(stream.events) == 2)  # a first round tells everybody
            await harness.others.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
            await stream.until(lambda: stream.club["membership"]["optedIn"])
            assert stream.versions == [1, 2, 3]
    assert [each["reread_seconds"] for each in logged if each["event"] == "live_updates_without_notices"]


async def test_a_new_reward_moves_every_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu is public data, which changes without anything being committed about a customer."""
    monkeypatch.setattr(rereading, "PAUSE_SECONDS", 0.02)
    async with (
        served(tmp_path, is_complete=True) as harness,
        following(harness.site, make_token(CUSTOMER)) as stream,
    ):
        assert len(stream.club["options"]) == 2
        await harness.others.add_rewards([make_config("fb-9", value_minor=900)])
        for subgraph in harness.site.state.subgraphs:
            subgraph.changed("northbet")  # as the watcher of Kafka does: the clock of the test stands still
        await stream.until(lambda: len(stream.club["options"]) == 3)


async def test_after_an_outage_every_stream_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event meanwhile may have lacked what the database holds."""
    monkeypatch.setattr(live_updates, "READY_SECONDS", 0.01)
    async with served(tmp_path, is_complete=True) as harness:
        progress = next(subgraph for subgraph in harness.site.state.subgraphs if subgraph.name == "progress")
        ping, asked = progress.database.ping, asyncio.Event()

        async def away() -> Any:
            asked.set()
            raise ConnectionRefusedError

        async with following(harness.site, make_token(CUSTOMER)) as stream:
            progress.database.ping = away  # the server is unavailable
            await asked.wait()
            progress.database.ping = ping  # and back
            await stream.until(lambda: len(stream.events) == 2)
