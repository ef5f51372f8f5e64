"""Content over a test's own databases: the services, people, and what was announced to the nodes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Role
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.content.known_brands import KnownBrands
from backoffice.content.revisions.document import ContentDocument, ContentKey
from backoffice.content.workflow.editing import ContentEditing
from backoffice.content.workflow.publication import ContentPublication
from backoffice.models import METADATA as BACKOFFICE
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database
from tests.support.subgraphs.club_samples import (
    brand_row,
    config_row,
    make_brand,
    make_config,
    make_scheme,
    scheme_row,
)

KEY: Final = ContentKey("northbet", "fb-5", 1)
ANN: Final = actor("ann", Role.EDITOR)
ANN_AGAIN: Final = actor("ann2", Role.EDITOR, Role.APPROVER, person="ann")
BOB: Final = actor("bob", Role.EDITOR, Role.APPROVER)
CAT: Final = actor("cat", Role.APPROVER)
DAN: Final = actor("dan", Role.VIEWER, Role.SUPPORT, Role.RISK, Role.OPERATOR, Role.ADMINISTRATOR)
EVE: Final = actor("eve", *Role, brand="lagunabet")
WORKER: Final = Actor("worker", "worker", "Worker", "", "", {})


def document(title: str = "£5 free bet", **changes: Any) -> dict[str, Any]:
    """Return a document that lint accepts, or what the changes to its text make of it."""
    text = {
        "title": title,
        "summary": "One £5 free bet on any sport.",
        "significant_terms": "Use within 7 days. Stake not returned. 18+.",
        "terms_url": "https://northbet.example/club/terms/fb-5",
    }
    return {"position": 1, "texts": {"en-GB": text | changes}}


@dataclass(slots=True)
class Announced:
    """What the nodes were told, in order."""

    documents: list[tuple[ContentKey, ContentDocument | None, ContentDocument]] = field(default_factory=list)

    async def publish(
        self,
        connection: AsyncConnection,
        actor: Actor,
        key: ContentKey,
        before: ContentDocument | None,
        after: ContentDocument,
    ) -> None:
        """Keep an announcement."""
        del connection, actor
        self.documents.append((key, before, after))


@dataclass(frozen=True, slots=True)
class ContentFixture:
    """The services of content."""

    database: Database
    rewards: Database
    clock: ManualClock
    approvals: Approvals
    editing: ContentEditing
    publication: ContentPublication
    announced: Announced

    @classmethod
    def over(cls, database: Database, rewards: Database) -> "ContentFixture":
        """Put the services together over migrated databases."""
        clock, announced = ManualClock(NOW), Announced()
        audit, known = AuditLog(clock), KnownBrands(rewards, clock)
        approvals = Approvals(database, audit, clock)
        editing = ContentEditing(database, known, approvals, audit, clock)
        approvals.register(editing.kind)
        publication = ContentPublication(database, known, audit, announced, clock, WORKER)
        return cls(database, rewards, clock, approvals, editing, publication, announced)

    async def add_northbet(self) -> None:
        """Let the rewards subgraph know the brand, its scheme and a reward."""
        async with self.rewards.write() as connection:
            await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
            await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
            await connection.execute(insert(REWARD_CONFIG), [config_row(make_config("fb-5"))])

    async def clear(self) -> None:
        """Empty all tables."""
        for database, metadata in ((self.database, BACKOFFICE), (self.rewards, REWARDS)):
            async with database.write() as connection:
                for table in metadata.tables.values():
                    await connection.execute(table.delete())


@asynccontextmanager
async def content_fixture(url: str) -> AsyncIterator[ContentFixture]:
    """Open the services over fresh databases, with Northbet."""
    async with backoffice_database(url) as database, migrated(url, "rewards", REWARDS) as rewards:
        content_area = ContentFixture.over(database, rewards)
        await content_area.add_northbet()
        yield content_area
