"""Revisions of brands and providers that only the topic has, because a backup was older or there was none.

They are stored as the newest ones. So the next revision continues after them, and people see what holds.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.repository import GlobalDecision
from backoffice.operations.brands import repository as brands
from backoffice.operations.brands.document import BrandDocument
from backoffice.operations.providers import repository as providers
from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.kit.records.global_state.kinds import GlobalKind


async def store_revision(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store the revision that a decision is about; nothing for decisions of other kinds."""
    match decision.kind:
        case GlobalKind.BRAND.value:
            await _store_brand(connection, decision)
        case GlobalKind.PROVIDER.value:
            await _store_provider(connection, decision)


async def _store_brand(connection: AsyncConnection, decision: GlobalDecision) -> None:
    present = (await brands.present_revisions(connection, [decision.brand]))[decision.brand]
    found = brands.BrandRevision(
        brand=decision.brand,
        revision=max(present + 1, decision.state.get("revision", 0)),
        document=BrandDocument.of_fields(decision.state),
        reason=decision.reason,
        changed_at=decision.decided_at,
        changed_by=decision.decided_by,
    )
    await brands.add(connection, found)


async def _store_provider(connection: AsyncConnection, decision: GlobalDecision) -> None:
    known = await providers.revisions(connection, decision.subject, 1)
    document = {name: value for name, value in decision.state.items() if name != "revision"}
    found = providers.ProviderRevision(
        revision=max(known[0].revision + 1 if known else 1, decision.state["revision"]),
        document=ProviderConfig.model_validate(document),
        reason=decision.reason,
        submitted_by=decision.decided_by,
        approved_by=None,
        in_force_at=decision.decided_at,
    )
    await providers.add(connection, [found])
