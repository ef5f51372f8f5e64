"""SQL over the revisions of the configurations of providers of rewards, and of adapters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

from sqlalchemy import Row, Table, and_, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Stale
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.models import ADAPTER_REVISION, PROVIDER_REVISION
from backoffice.operations.providers.adapter_document import AdapterConfiguration
from backoffice.operations.providers.document import CHANGED
from foundation.same_fields import with_fields_of
from subgraphs.fulfilment.providers.settings import ProviderConfig


class Document(Protocol):
    """A configuration as it is stored: a model of pydantic."""

    @property
    def name(self) -> str:
        """Return whose configuration it is."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """Return its fields."""

    @classmethod
    def model_validate(cls, obj: Any) -> Any:
        """Return a configuration of such fields."""


D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class ProviderRevision(Generic[D]):
    """What is, or was, in force for a provider.

    Attributes:
        approved_by: None for what was imported from where the workers have it.
    """

    revision: int
    document: D
    reason: str | None
    submitted_by: str
    approved_by: str | None
    in_force_at: datetime

    @property
    def provider(self) -> str:
        """Return the provider's name."""
        return self.document.name


AdapterRevision: TypeAlias = ProviderRevision[AdapterConfiguration]


@dataclass(frozen=True, slots=True)
class RevisionRepository(Generic[D]):
    """Reads and stores the revisions of one kind of configuration.

    Attributes:
        document: The configuration's class.
    """

    table: Table
    document: type[D]

    async def revisions(
        self, connection: AsyncConnection, provider: str, first: int, before: int | None = None
    ) -> list[ProviderRevision[D]]:
        """Return the revisions of a provider, the newest first.

        Args:
            connection: To read with.
            provider: Whose.
            first: How many at most.
            before: Only those before this one.
        """
        c = self.table.c
        query = select(self.table).where(c.provider == provider).order_by(c.revision.desc()).limit(first)
        if before is not None:
            query = query.where(c.revision < before)
        return [self._revision(row) for row in await connection.execute(query)]

    async def newest(self, connection: AsyncConnection) -> dict[str, ProviderRevision[D]]:
        """Return the last revision of each provider that has one."""
        c = self.table.c
        last = select(c.provider, func.max(c.revision).label("revision")).group_by(c.provider).subquery()
        joined = and_(c.provider == last.c.provider, c.revision == last.c.revision)
        rows = await connection.execute(select(self.table).join(last, joined))
        return {row.provider: self._revision(row) for row in rows}

    async def add(self, connection: AsyncConnection, new: Sequence[ProviderRevision[D]]) -> None:
        """Store revisions.

        Raises:
            Stale: Another transaction has stored one of the same number.
        """
        rows = [
            {
                "provider": revision.provider,
                "revision": revision.revision,
                "document": revision.document.model_dump(mode="json"),
                "reason": revision.reason,
                "submitted_by": revision.submitted_by,
                "approved_by": revision.approved_by,
                "in_force_at": revision.in_force_at,
            }
            for revision in new
        ]
        try:
            await connection.execute(insert(self.table), rows)
        except IntegrityError:
            raise Stale(CHANGED, max(revision.revision for revision in new)) from None

    async def take_over(self, connection: AsyncConnection, decision: GlobalDecision) -> None:
        """Store a decision that only the topic has as the newest revision: the next continues after it."""
        known = await self.revisions(connection, decision.subject, 1)
        document = {name: value for name, value in decision.state.items() if name != "revision"}
        stored = ProviderRevision(
            revision=max(known[0].revision + 1 if known else 1, decision.state["revision"]),
            document=self._document(document),
            reason=decision.reason,
            submitted_by=decision.decided_by,
            approved_by=None,
            in_force_at=decision.decided_at,
        )
        await self.add(connection, [stored])

    def _revision(self, row: Row[Any]) -> ProviderRevision[D]:
        return with_fields_of(ProviderRevision, row, document=self._document(row.document))

    def _document(self, fields: Any) -> D:
        document: D = self.document.model_validate(fields)
        return document


OF_REWARDS: Final = RevisionRepository(PROVIDER_REVISION, ProviderConfig)
OF_ADAPTERS: Final = RevisionRepository(ADAPTER_REVISION, AdapterConfiguration)
