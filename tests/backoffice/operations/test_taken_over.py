"""After an older backup, brands and providers continue after the revisions that nodes have seen."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.errors import Stale
from backoffice.global_events.publisher import GlobalPublisher
from backoffice.run_publisher import take_over
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from tests.backoffice.operations import test_brands as brands
from tests.backoffice.operations import test_providers as providers
from tests.support.office.backoffice_fixture import NOW, copy_backoffice
from tests.support.office.global_messages import MemoryTopic


async def publish(database: Database, topic: MemoryTopic, minutes: int = 0) -> None:
    """Publish what waits, and take over what only the topic has, as a process that has just started."""
    clock = ManualClock(NOW + timedelta(minutes=minutes))
    publisher = GlobalPublisher(database, topic, clock, take_over=take_over)
    await publisher.step()
    await publisher.step()
    await publisher.leave()


@pytest.mark.parametrize("backup", ["older", "none"])
async def test_no_revision_of_a_brand_is_used_again(tmp_path: Path, backup: str) -> None:
    """People see what the nodes show, a page from before is refused, and the next revision is a new one."""
    topic = MemoryTopic()
    async with _at(tmp_path / "live") as brand_area:
        await brand_area.service.change(
            brands.OLGA, "northbet", brands.document(name="One"), seen=0, reason="a"
        )
        await publish(brand_area.service.database, topic)
    copy_backoffice(tmp_path, "live", to=("older", "later"))
    async with _at(tmp_path / "later") as brand_area:
        for seen, name in enumerate(("Two", "Three"), start=1):
            await brand_area.service.change(
                brands.OLGA, "northbet", brands.document(name=name), seen=seen, reason="b"
            )
        await publish(brand_area.service.database, topic, minutes=1)
    async with _at(tmp_path / backup) as brand_area:
        await publish(brand_area.service.database, topic, minutes=2)
        found = await brand_area.service.find(brands.VIC, "northbet")
        assert (found.revision, found.brand.name) == (3, "Three")
        with pytest.raises(Stale):
            await brand_area.service.change(
                brands.OLGA, "northbet", brands.document(name="Mine"), seen=1, reason="c"
            )
        changed = await brand_area.service.change(
            brands.OLGA, "northbet", brands.document(name="Four"), seen=3, reason="c"
        )
        await publish(brand_area.service.database, topic, minutes=3)
    assert changed.revision == 4
    assert topic.last()["northbet:brand:facts"].state["revision"] == 4


def _at(folder: Path) -> AbstractAsyncContextManager[brands.BrandFixture]:
    return brands.opened(f"sqlite+aiosqlite:///{folder}")


@pytest.mark.parametrize("backup", ["older", "none"])
async def test_no_revision_of_a_provider_is_used_again(tmp_path: Path, backup: str) -> None:
    """Workers report which revision they use: it is one configuration for ever."""
    topic = MemoryTopic()
    async with providers.opened(f"sqlite+aiosqlite:///{tmp_path / 'live'}") as brand_area:
        await publish(brand_area.own, topic)
    copy_backoffice(tmp_path, "live", to=("older", "later"))
    async with providers.opened(f"sqlite+aiosqlite:///{tmp_path / 'later'}") as brand_area:
        for seen, attempts in enumerate((2, 4), start=1):
            assert (
                await brand_area.approve(await brand_area.submit(seen=seen, attempts=attempts)) == "approved"
            )
        await publish(brand_area.own, topic, minutes=1)
    async with providers.opened(f"sqlite+aiosqlite:///{tmp_path / backup}") as brand_area:
        await publish(brand_area.own, topic, minutes=2)
        found = await brand_area.configurations.find(providers.VIC, "wallet")
        assert (found.revision, found.document.attempts) == (3, 4)
        with pytest.raises(Stale):
            await brand_area.submit(seen=1, attempts=3)
        assert await brand_area.approve(await brand_area.submit(seen=3, attempts=5)) == "approved"
        await publish(brand_area.own, topic, minutes=3)
    assert topic.last()["*:provider:wallet"].state["revision"] == 4
