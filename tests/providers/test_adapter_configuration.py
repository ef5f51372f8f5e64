"""Which settings an adapter's process uses: the newest that it can, also after a restart."""

import os
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Any

import pytest

from foundation.storage.clock import SystemClock
from furlong.workers.adapter_configuration import AdapterConfiguration
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
    assert await configuration.adopt(decided(1, levels=1))
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


async def test_settings_with_which_the_adapter_fails_are_used_no_more(secrets: Path) -> None:
    """It goes back to those before; without others, the failure is not its."""
    shelf = Shelf()
    configuration = await process(secrets, shelf)
    assert not await configuration.fall_back("the address is taken")
    for number in (1, 2):
        assert await configuration.adopt(decided(number, levels=number))
    assert await configuration.fall_back("the address is taken")
    assert told(configuration) == (2, "approved", "3: the address is taken")
    assert not await configuration.adopt(decided(2, levels=2))
    assert told(await process(secrets, shelf)) == (2, "kept", None)


async def test_a_kept_revision_that_the_topic_has_is_the_approved_one(secrets: Path) -> None:
    """Without the topic it stays the kept one."""
    shelf = Shelf()
    assert await (await process(secrets, shelf)).adopt(decided(1, levels=1))
    following = await process(secrets, shelf)
    assert following.used.source is Source.KEPT
    assert not await following.adopt(decided(1, levels=1))
    assert told(following) == (2, "approved", None)
