"""SQL over the revisions of brands: decided here for all nodes, or found on the topic after a restore."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.audit.reasons import REASON_CHARACTERS
from backoffice.errors import Stale
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.brands.document import BrandDocument
from backoffice.operations.models import BRAND_REVISION
from consumers.messages.global_events.states import state_fields
from foundation.same_fields import with_fields_of


@dataclass(frozen=True, slots=True)
class BrandRevision:
    """What was decided about a brand at one time."""

    brand: str
    revision: int
    document: BrandDocument
    reason: str | None
    changed_at: datetime
    changed_by: str


class TakenMeanwhile(Exception):
    """Another transaction has stored a revision of this number."""


async def present_revisions(connection: AsyncConnection, brands: Collection[str]) -> dict[str, int]:
    """Return the number of the last revision of each brand; 0 for brands without one."""
    c = BRAND_REVISION.c
    query = select(c.brand_id, func.max(c.revision).label("revision")).group_by(c.brand_id)
    rows = await connection.execute(query.where(c.brand_id.in_(sorted(brands))))
    return {**dict.fromkeys(brands, 0), **{row.brand_id: row.revision for row in rows}}


async def revisions(
    connection: AsyncConnection, brand: str, first: int, before: int | None = None
) -> list[BrandRevision]:
    """Return the revisions of a brand, the newest first.

    Args:
        connection: To read with.
        brand: Whose.
        first: How many at most.
        before: Only those before this one.
    """
    c = BRAND_REVISION.c
    query = select(BRAND_REVISION).where(c.brand_id == brand).order_by(c.revision.desc()).limit(first)
    if before is not None:
        query = query.where(c.revision < before)
    return [_revision(row) for row in await connection.execute(query)]


async def add(connection: AsyncConnection, revision: BrandRevision) -> None:
    """Store a revision.

    Raises:
        TakenMeanwhile: Another transaction was faster.
    """
    row = {
        "brand_id": revision.brand,
        "revision": revision.revision,
        "document": state_fields(revision.document.state),
        "reason": revision.reason,
        "changed_at": revision.changed_at,
        "changed_by": revision.changed_by,
    }
    try:
        await connection.execute(insert(BRAND_REVISION).values(row))
    except IntegrityError as fault:
        raise TakenMeanwhile from fault


def _revision(row: Row[Any]) -> BrandRevision:
    return with_fields_of(
        BrandRevision, row, brand=row.brand_id, document=BrandDocument.of_fields(row.document)
    )


CHANGED = "Somebody else has changed this brand meanwhile: look at it again."


async def revise(
    connection: AsyncConnection,
    brand: str,
    document: BrandDocument,
    *,
    seen: int,
    by: str,
    at: datetime,
    reason: str | None,
) -> BrandRevision:
    """Store a revision after the one that somebody saw, and decide it for all nodes.

    Args:
        connection: In a write transaction on the back office's database.
        brand: The brand's id.
        document: Checked.
        seen: The number of the revision that was changed; 0 for the brand as it was loaded.
        by: The person's name, or the command.
        at: Now.
        reason: Why.

    Raises:
        Stale: There is a newer revision.
    """
    present = (await present_revisions(connection, [brand]))[brand]
    if present != seen:
        raise Stale(CHANGED, present)
    kept = None if reason is None else reason[:REASON_CHARACTERS]
    revision = BrandRevision(brand, seen + 1, document, kept, at, by[:200])
    try:
        await add(connection, revision)
    except TakenMeanwhile:
        raise Stale(CHANGED, seen + 1) from None
    state = msgspec.structs.replace(document.state, revision=revision.revision)
    await GlobalDecisions().decide(connection, brand, state, by=by, at=at, reason=reason)
    return revision


async def take_over(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store a decision that only the topic has as the newest revision: the next one continues after it."""
    present = (await present_revisions(connection, [decision.brand]))[decision.brand]
    stored = BrandRevision(
        brand=decision.brand,
        revision=max(present + 1, decision.state.get("revision", 0)),
        document=BrandDocument.of_fields(decision.state),
        reason=decision.reason,
        changed_at=decision.decided_at,
        changed_by=decision.decided_by,
    )
    await add(connection, stored)
