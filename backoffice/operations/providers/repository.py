"""SQL over the revisions of providers' configurations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Stale
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.models import PROVIDER_REVISION
from backoffice.operations.providers.document import CHANGED
from foundation.same_fields import with_fields_of
from subgraphs.fulfilment.providers.settings import ProviderConfig


@dataclass(frozen=True, slots=True)
class ProviderRevision:
    """What is, or was, in force for a provider.

    Attributes:
        approved_by: None for what was imported from the workers' file.
    """

    revision: int
    document: ProviderConfig
    reason: str | None
    submitted_by: str
    approved_by: str | None
    in_force_at: datetime

    @property
    def provider(self) -> str:
        """Return the provider's name."""
        return self.document.name


async def revisions(
    connection: AsyncConnection, provider: str, first: int, before: int | None = None
) -> list[ProviderRevision]:
    """Return the revisions of a provider, the newest first.

    Args:
        connection: To read with.
        provider: Whose.
        first: How many at most.
        before: Only those before this one.
    """
    c = PROVIDER_REVISION.c
    query = select(PROVIDER_REVISION).where(c.provider == provider).order_by(c.revision.desc()).limit(first)
    if before is not None:
        query = query.where(c.revision < before)
    return [_revision(row) for row in await connection.execute(query)]


async def newest(connection: AsyncConnection) -> dict[str, ProviderRevision]:
    """Return the last revision of each provider that has one."""
    c = PROVIDER_REVISION.c
    last = select(c.provider, func.max(c.revision).label("revision")).group_by(c.provider).subquery()
    joined = and_(c.provider == last.c.provider, c.revision == last.c.revision)
    rows = await connection.execute(select(PROVIDER_REVISION).join(last, joined))
    return {row.provider: _revision(row) for row in rows}


async def add(connection: AsyncConnection, new: Sequence[ProviderRevision]) -> None:
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
        await connection.execute(insert(PROVIDER_REVISION), rows)
    except IntegrityError:
        raise Stale(CHANGED, max(revision.revision for revision in new)) from None


async def take_over(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store a decision that only the topic has as the newest revision: the next one continues after it."""
    known = await revisions(connection, decision.subject, 1)
    document = {name: value for name, value in decision.state.items() if name != "revision"}
    stored = ProviderRevision(
        revision=max(known[0].revision + 1 if known else 1, decision.state["revision"]),
        document=ProviderConfig.model_validate(document),
        reason=decision.reason,
        submitted_by=decision.decided_by,
        approved_by=None,
        in_force_at=decision.decided_at,
    )
    await add(connection, [stored])


def _revision(row: Row[Any]) -> ProviderRevision:
    return with_fields_of(ProviderRevision, row, document=ProviderConfig.model_validate(row.document))
