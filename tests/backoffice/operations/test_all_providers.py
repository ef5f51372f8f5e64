"""How adapters are, by what Kafka says of them, and the list of all of them in the graph."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.errors import Invalid, NotFound
from backoffice.operations.graph.provider_types import provider_to_graphql
from backoffice.operations.kill_switches import KillSwitchService, SwitchTarget
from backoffice.operations.providers.adapter_configurations import AdapterConfigurations
from backoffice.operations.providers.adapter_health import (
    NOT_TOLD,
    AdapterReader,
    FeedTopic,
    HealthState,
    Readings,
)
from backoffice.operations.providers.adapter_list import AdapterList
from backoffice.operations.providers.adapters import all_adapters, switchable_names
from consumers.feeds.settings import FeedSettings
from consumers.stream.settings import StreamSettings
from foundation.plain_words import Said
from foundation.storage.clock import ManualClock
from providers.delivery import StatusMessage
from providers.registry import NAMES
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import SwitchScope
from tests.backoffice.operations.test_providers import OLGA, VIC, ProviderFixture, opened
from tests.support.office.backoffice_fixture import NOW

NOWHERE = StreamSettings(bootstrap="127.0.0.1:1")


def status(*, complete: bool, seconds_ago: int = 0) -> StatusMessage:
    """Return what an adapter has told."""
    at = NOW - timedelta(seconds=seconds_ago)
    since, reason = (None, "") if complete else (at, "the exchange was silent for 4 s")
    return StatusMessage(
        provider="exchange",
        kind="exchange",
        complete=complete,
        incomplete_since=since,
        reason=reason,
        first_revision=1,
        capabilities=(),
        delay_ms=0,
        occurred_at=at,
    )


@pytest.mark.parametrize(
    ("told", "state", "says"),
    [
        (status(complete=True), HealthState.UP, "complete"),
        (status(complete=False), HealthState.DOWN, "incomplete: the exchange was silent for 4 s"),
        (status(complete=True, seconds_ago=15), HealthState.UP, "complete"),
        (
            status(complete=True, seconds_ago=16),
            HealthState.DOWN,
            "its process is silent; it said last: complete",
        ),
    ],
)
def test_an_adapter_is_as_it_tells_until_it_is_silent(
    told: StatusMessage, state: HealthState, says: str
) -> None:
    """After three intervals it counts as dead, whatever it told last."""
    health = Readings({"exchange": told}).of_process("exchange", NOW, 5)
    assert (health.state, health.says) == (state, says)


def test_what_cannot_be_asked_is_unknown_with_the_reason() -> None:
    """Nothing is called well that nobody has seen."""
    feed = FeedTopic("sports", "sports.bets.v1")
    for readings in (Readings(problem=Said(NOT_TOLD, "TimeoutError()")), Readings()):
        for health in (readings.of_process("exchange", NOW, 5), readings.of_feed(feed)):
            assert health.state is HealthState.UNKNOWN
            assert health.says


def test_every_adapter_is_declared_once() -> None:
    """No two have one name, and each says what it brings and where its implementation is."""
    feeds = FeedSettings()
    declared = list(all_adapters(feeds))
    names = [adapter.name for adapter in declared]
    assert len(set(names)) == len(names)
    assert {*NAMES, "bets-exchange", "wallet"} <= set(names)
    for adapter in declared:
        assert adapter.capabilities
        assert adapter.load()
    outside = FeedSettings(adapters="sports,nowhere.darts")
    assert "bets-nowhere.darts" in switchable_names(outside)


@pytest.mark.usefixtures("processes")
def test_an_adapter_that_is_listed_and_off_is_not_imported() -> None:
    """Neither an exchange nor a feed that the feed worker does not run costs the list anything."""
    program = (
        "import sys\n"
        "from backoffice.operations.providers.adapters import all_adapters\n"
        "from consumers.feeds.settings import FeedSettings\n"
        "assert len(list(all_adapters(FeedSettings(adapters='sports')))) > 5\n"
        "of_it = ('providers.exchange', 'consumers.feeds.adapters.')\n"
        "print([name for name in sys.modules if name.startswith(of_it)])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


async def test_the_graph_has_all_kinds_with_who_switched_them_off(tmp_path: Path) -> None:
    """Also while Kafka is down: what was decided is in the back office."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}") as area:
        clock, feeds = ManualClock(NOW), FeedSettings(adapters="sports")
        reader = AdapterReader(NOWHERE)
        settings = AdapterConfigurations(area.own, area.configurations.audit, area.approvals, clock, {})
        adapters = AdapterList(area.own, area.service, settings, reader, feeds, 5.0, clock)
        switches = KillSwitchService(
            area.own, area.own, area.configurations.audit, clock, ("wallet",), switchable_names(feeds)
        )
        exchange = SwitchTarget(SwitchScope.PROVIDER, ALL_BRANDS, "exchange")
        await switches.switch(OLGA, exchange, off=True, reason="wrong prices")
        shown = {state.name: provider_to_graphql(state) for state in await adapters.listed(VIC)}
        assert set(shown) == {adapter.name for adapter in all_adapters(feeds)}
        off, feed, unused, wallet = (
            shown[name] for name in ("exchange", "bets-sports", "bets-casino", "wallet")
        )
        assert (off.kind, off.enabled, off.stopped, off.reason) == ("exchange", False, True, "wrong prices")
        assert (off.status.state, off.status.says) == ("off", "switched off by Olga: wrong prices")
        assert (feed.kind, feed.enabled, feed.status.state) == ("bet feed", True, "unknown")
        assert feed.status.says.startswith("Kafka isn't answering")
        assert "Error" in feed.status.details
        assert (unused.enabled, unused.status.state) == (False, "off")
        assert (wallet.kind, wallet.adapter, wallet.revision, wallet.imported) == (
            "rewards",
            "wallet",
            1,
            True,
        )
        with pytest.raises(NotFound, match="there are bets-casino"):
            await adapters.find(VIC, "exchnage")


async def test_a_provider_of_rewards_has_no_name_of_another_adapter(tmp_path: Path) -> None:
    """Otherwise one switch would stop both."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}") as area:
        for name in ("exchange", "bets-sports"):
            assert await _refused(area, name) == ["name"]


async def _refused(area: ProviderFixture, name: str) -> list[str]:
    with pytest.raises(Invalid) as refused:
        await area.submit(seen=0, name=name)
    return [problem.path for problem in refused.value.problems]
