"""The page that follows a text names only files that the text passes."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from prometheus_client import CollectorRegistry

from backoffice.access import Role
from backoffice.run_publisher import running_publisher
from consumers.rewards.wiring import create_consumer
from consumers.stream.settings import StreamSettings
from foundation.storage.database import Database
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from furlong.serve.public_data_watch import watching_public_data
from furlong.topic_plans import PUBLIC_TOPICS
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from tests.backoffice.content.content_operations import (
    APPROVE,
    PUBLISH,
    SAVE,
    SUBMIT,
    VERSION,
    draft,
    of_reward,
    site_of_northbet,
)
from tests.backoffice.global_events.running_consumers import running, until
from tests.support.office.backoffice_site import Browser
from tests.support.path_pages import ROOT, files_of_stops, page_text


async def test_each_file_of_the_page_is_entered(tmp_path: Path, embedded_broker: EmbeddedBroker) -> None:
    """A text is written, proposed, approved and published, and a node shows it; a gateway is told."""
    embedded_broker.create_topics([plan.name for plan in TOPICS])
    broker = embedded_broker.bootstrap
    stream = StreamSettings(bootstrap=broker, generation=embedded_broker.generation, poll_seconds=0.1)
    told = asyncio.Event()
    async with (
        site_of_northbet(f"sqlite+aiosqlite:///{tmp_path}") as site,
        watching_public_data(broker, lambda _brand: told.set(), PUBLIC_TOPICS),
        running_publisher(site.office.base.settings, stream, site.clock),
        running(create_consumer(site.office.base.settings, stream, CollectorRegistry(), site.clock)),
    ):
        rewards = Database.open(site.office.base.settings, "rewards")

        async def is_shown() -> bool:
            catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
            async with rewards.read() as connection:
                found = await catalogue.published(connection, ["northbet"], site.clock.now())
            return [text.title for text in found["northbet"]] == ["A text that is followed"]

        staff = await site.staff([Role.EDITOR, Role.APPROVER])
        with entered_files() as entered:
            await publish(staff[Role.EDITOR], staff[Role.APPROVER], "A text that is followed")
            await until(is_shown)
            await asyncio.wait_for(told.wait(), 60)
        await rewards.close()
    stops = [file for file in files_of_stops(page_text("content-path.md")) if file.endswith(".py")]
    assert len(stops) > 15
    assert [file for file in stops if file not in entered] == []


async def publish(editor: Browser, approver: Browser, title: str) -> None:
    """Let an editor write a text and an approver publish it, by the operations of the screens."""
    saved = (await editor.ask(SAVE, input=draft(title=title)))["data"]["saveContent"]
    submitted = await editor.ask(SUBMIT, input=of_reward(saved["version"], reason="new"))
    proposal = submitted["data"]["submitContent"]["open"]["proposal"]
    approval = {"proposalId": proposal["id"], "contentHash": proposal["contentHash"]}
    assert "errors" not in await approver.ask(APPROVE, input=approval)
    approved = (await editor.ask(VERSION))["data"]["contentItem"]["version"]
    assert "errors" not in await approver.ask(PUBLISH, input=of_reward(approved))


@contextmanager
def entered_files() -> Iterator[set[str]]:
    """Collect the project's files of which this thread calls a function; importing one is no call."""
    codes = set[CodeType]()

    def observe(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            codes.add(frame.f_code)

    entered = set[str]()
    before = sys.getprofile()
    sys.setprofile(observe)
    try:
        yield entered
    finally:
        sys.setprofile(before)
        files = {Path(code.co_filename) for code in codes if code.co_flags & CO_OPTIMIZED}
        entered |= {str(file.relative_to(ROOT)) for file in files if file.is_relative_to(ROOT)}
