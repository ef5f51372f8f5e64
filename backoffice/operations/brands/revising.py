"""Stores revisions of brands: decided here for all nodes, or found on the topic after an older backup."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import Stale
from backoffice.global_events.decisions import REASON_CHARACTERS, GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.brands import repository
from backoffice.operations.brands.document import BrandDocument
from backoffice.operations.brands.repository import BrandRevision, TakenMeanwhile

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
    present = (await repository.present_revisions(connection, [brand]))[brand]
    if present != seen:
        raise Stale(CHANGED, present)
    kept = None if reason is None else reason[:REASON_CHARACTERS]
    revision = BrandRevision(brand, seen + 1, document, kept, at, by[:200])
    try:
        await repository.add(connection, revision)
    except TakenMeanwhile:
        raise Stale(CHANGED, seen + 1) from None
    state = msgspec.structs.replace(document.state, revision=revision.revision)
    await GlobalDecisions().decide(connection, brand, state, by=by, at=at, reason=reason)
    return revision


async def take_over(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store a decision that only the topic has as the newest revision: the next one continues after it."""
    present = (await repository.present_revisions(connection, [decision.brand]))[decision.brand]
    found = BrandRevision(
        brand=decision.brand,
        revision=max(present + 1, decision.state.get("revision", 0)),
        document=BrandDocument.of_fields(decision.state),
        reason=decision.reason,
        changed_at=decision.decided_at,
        changed_by=decision.decided_by,
    )
    await repository.add(connection, found)
