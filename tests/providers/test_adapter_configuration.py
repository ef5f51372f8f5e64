"""Which settings an adapter's process uses: the newest that it can, also after a restart."""

import os
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Any

import pytest

from foundation.storage.clock import SystemClock
from furlong.workers.adapter_configuration import MAX_RETRY_SECONDS, AdapterConfiguration
from furlong.workers.provider_decisions import DecidedSettings
from providers.configuration import Source
from providers.registry import find_adapter
from providers.settings import ProviderSettings
from providers.state import MemoryState, Shelf
from providers.status import ProviderStatus
from subgraphs.kit.records.global_state import GlobalOrder

EXCHANGE = find_adapter("exchange")
TOO_LONG = f"/{'a' * 256}"
"""A path that no file system has: looking for it is an error."""


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with the exchange's secrets."""
    for name in EXCHANGE.secrets:
        (tmp_path / name).write_text("simulated")
    return tmp_path


async def process(secrets: Path, shelf: Shelf) -> AdapterConfiguration:
    """Return what a process knows that begins now."""
    status = ProviderStatus("exchange", SystemClock().now)
    shared = ProviderSettings(secret_folder=secrets)
    found = AdapterConfiguration.of_environment(EXCHANGE, shared, MemoryState(shelf), status)
    await found.restore()
    return found


def decided(number: int, **settings: Any) -> DecidedSettings:
    """Return a decision whose revision is one more than its number."""
    return DecidedSettings(GlobalOrder(1, number), number + 1, settings)


async def use(configuration: AdapterConfiguration, number: int) -> None:
    """Use a revision until it has proved itself."""
    used = decided(number, levels=number)
    assert await configuration.adopt(used)
    await configuration.prove(used.order)


def told(configuration: AdapterConfiguration) -> tuple[int, str, str | None]:
    """Return what the status says: the revision, its source, and why another one is refused."""
    said = configuration.status.configuration
    assert said is not None
    refused = said.refused
    return said.revision, said.source, None if refused is None else f"{refused.revision}: {refused.reason}"


async def test_a_revision_replaces_the_environment_as_a_whole(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for settings that it leaves out; an adapter is made anew only for another revision."""
    monkeypatch.setenv("FURLONG_EXCHANGE_HOST", "environment.example")
    monkeypatch.setenv("FURLONG_EXCHANGE_CURRENCY", "EUR")
    configuration = await process(secrets, Shelf())
    assert told(configuration) == (1, "environment", None)
    assert not await configuration.adopt(None)
    first = decided(1, host="decided.example")
    assert [await configuration.adopt(first), await configuration.adopt(first)] == [True, False]
    used: Any = configuration.used.settings
    assert (used.host, used.currency, told(configuration)) == (
        "decided.example",
        "GBP",
        (2, "approved", None),
    )
    assert await configuration.adopt(decided(2, levels=1))
    assert not await configuration.adopt(first)  # an older message, read again


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"colour": "red"}, "colour: The adapter has no such setting."),
        ({"levels": 11}, "levels: Input should be less than or equal to 10"),
        ({"authority": "/nowhere/authority.pem"}, "authority: there is no file /nowhere/authority.pem"),
        ({"authority": TOO_LONG}, str(OSError(ENAMETOOLONG, os.strerror(ENAMETOOLONG), TOO_LONG))),
    ],
)
async def test_what_cannot_be_used_changes_nothing_also_for_the_next_process(
    secrets: Path, settings: dict[str, Any], says: str
) -> None:
    """The last good one stays, and the status has the refusal."""
    shelf = Shelf()
    configuration = await process(secrets, shelf)
    await use(configuration, 1)
    assert not await configuration.adopt(decided(2, **settings))
    assert told(configuration) == (2, "approved", f"3: {says}")
    following = await process(secrets, shelf)
    assert told(following) == (2, "kept", None)
    assert not await following.adopt(decided(2, **settings))
    used: Any = following.used.settings
    assert (used.levels, told(following)) == (1, (2, "kept", f"3: {says}"))
    assert await following.adopt(decided(3, levels=2))
    assert told(following) == (4, "approved", None)


async def test_a_missing_secret_is_looked_for_again(secrets: Path) -> None:
    """The revision is used as soon as it is there."""
    (secrets / "exchange-session").unlink()
    configuration = await process(secrets, Shelf())
    assert not await configuration.adopt(decided(1, levels=1))
    assert "exchange-session" in (told(configuration)[2] or "")
    (secrets / "exchange-session").write_text("simulated")
    assert await configuration.adopt(decided(1, levels=1))


async def test_settings_with_which_the_adapter_fails_are_left_for_those_before(secrets: Path) -> None:
    """For those that have proved themselves; without others, the failure is not of the settings."""
    shelf = Shelf()
    configuration = await process(secrets, shelf)
    assert not await configuration.fall_back("the address is taken")
    await use(configuration, 1)
    assert not await configuration.fall_back("the address is taken")
    assert [await configuration.adopt(decided(number, levels=number)) for number in (2, 3)] == [True, True]
    assert await configuration.fall_back("the address is taken")
    assert told(configuration) == (2, "approved", "4: the address is taken")
    assert not await configuration.adopt(decided(3, levels=3))
    assert told(await process(secrets, shelf)) == (2, "kept", None)


@pytest.mark.parametrize(("known", "says"), [(0, (1, "environment", None)), (1, (2, "kept", None))])
async def test_the_way_back_outlives_a_process_that_ends_too_early(
    secrets: Path, known: int, says: tuple[int, str, str | None]
) -> None:
    """A revision that has not proved itself is not kept, so that the next process can fall back, too."""
    shelf = Shelf()
    configuration = await process(secrets, shelf)
    for number in range(known):
        await use(configuration, number + 1)
    failing = decided(known + 1, levels=2)
    assert await configuration.adopt(failing)
    assert not await configuration.adopt(failing)
    following = await process(secrets, shelf)
    assert told(following) == says
    assert await following.adopt(failing)
    assert await following.fall_back("the address is taken")
    assert told(following) == (*says[:2], f"{known + 2}: the address is taken")


async def test_what_failed_is_tried_again_after_a_pause_that_grows(secrets: Path) -> None:
    """The address may be free again; another revision is tried at once."""
    configuration, now = await process(secrets, Shelf()), 0.0
    configuration.clock = lambda: now
    pauses = []
    for _ in range(9):
        began = now
        while not await configuration.adopt(decided(1, levels=1)):
            now += 30
        pauses.append(now - began)
        assert await configuration.fall_back("the address is taken")
    assert (pauses[:4], pauses[-1]) == ([0, 60, 120, 240], MAX_RETRY_SECONDS)
    assert await configuration.adopt(decided(2, levels=1))


async def test_only_the_revision_that_has_run_is_proved(secrets: Path) -> None:
    """Another one may have replaced it just before."""
    shelf = Shelf()
    configuration = await process(secrets, shelf)
    for number in (1, 2):
        assert await configuration.adopt(decided(number, levels=number))
    await configuration.prove(decided(1).order)
    assert told(await process(secrets, shelf)) == (1, "environment", None)
    await configuration.prove(decided(2).order)
    assert told(await process(secrets, shelf)) == (3, "kept", None)


async def test_a_kept_revision_that_the_topic_has_is_the_approved_one(secrets: Path) -> None:
    """Without the topic it stays the kept one."""
    shelf = Shelf()
    await use(await process(secrets, shelf), 1)
    following = await process(secrets, shelf)
    assert following.used.source is Source.KEPT
    assert not await following.adopt(decided(1, levels=1))
    assert told(following) == (2, "approved", None)
