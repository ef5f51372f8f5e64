"""Content: the services behind its part of the graph."""

import asyncio
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backoffice.access import Actor
from backoffice.base import Base
from backoffice.content.images import image_route
from backoffice.content.known_brands import KnownBrands
from backoffice.content.preview import Preview
from backoffice.content.service import ContentService
from backoffice.content.workflow.editing import ContentEditing
from backoffice.content.workflow.publication import ContentPublication, GlobalAnnouncement
from backoffice.graph.area import Area
from backoffice.settings import ContentSettings
from foundation.storage.database import Database

log = structlog.get_logger(__name__)
SCREENS_IMAGES: Final = "/backoffice/images"
PAUSE_SECONDS: Final = 0.5
WORKER: Final = Actor("worker:content", "worker:content", "Scheduled publication", "worker", "local", {})
_ROOT: Final = Path(__file__).resolve().parents[2]


class ContentArea(Area):
    """The services of content over a base, with which its kind of proposals is registered."""

    name = "content"

    def __init__(self, base: Base) -> None:
        own = ContentSettings()
        self.images_url = SCREENS_IMAGES
        self.rewards = Database.open(base.settings, "rewards")
        known = KnownBrands(self.rewards, base.clock, own.hosts)
        preview = Preview.over(scenario_answers(), SCREENS_IMAGES)
        self.service = ContentService(base.database, known, preview, base.audit)
        self.editing = ContentEditing(base.database, known, base.approvals, base.audit, base.clock)
        self.publication = ContentPublication(
            base.database,
            known,
            base.audit,
            GlobalAnnouncement(own.images_url, base.clock),
            base.clock,
            WORKER,
        )
        base.approvals.register(self.editing.kind)
        self.background = (self.publish_when_due,)
        self.routes = (image_route(SCREENS_IMAGES, base.database),)

    async def publish_when_due(self, stop: asyncio.Event) -> None:
        """Publish scheduled content until `stop` is set, through outages of the databases."""
        while not stop.is_set():
            try:
                await self.publication.publish_due()
            except (SQLAlchemyError, OSError) as fault:
                log.warning("scheduled_publication_failed", error=type(fault).__name__)
            try:
                async with asyncio.timeout(PAUSE_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Close the database of rewards."""
        await self.rewards.close()


def scenario_answers() -> Path:
    """Return the file of recorded answers: in a wheel, it is among the data of `furlong`."""
    packaged = _ROOT / "furlong" / "data"
    root = packaged if packaged.is_dir() else _ROOT
    return root / "contracts" / "scenarios" / "answers.json"
