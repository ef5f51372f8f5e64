"""Turns a kill switch in a subgraph's database, as its consumer does."""

from datetime import UTC, datetime

from sqlalchemy import Table

from foundation.storage.database import Database
from subgraphs.kit.records.global_state import (
    GlobalOrder,
    GlobalStateRepository,
    StoredMessage,
    SwitchScope,
    switch_subject,
)

AT = datetime(2026, 3, 25, 12, tzinfo=UTC)


async def turn(database: Database, table: Table, number: int, *, off: bool, reward: str = "") -> None:
    """Switch northbet, or one of its rewards, off or on."""
    scope = SwitchScope.REWARD if reward else SwitchScope.BRAND
    subject = switch_subject(scope, "northbet", reward)
    message = StoredMessage(
        key=subject.key,
        brand="northbet",
        kind=subject.kind,
        order=GlobalOrder(1, number),
        event_id=f"event-{number}",
        state={"scope": scope.value, "name": reward, "off": off},
        reason=None,
        decided_at=AT,
        understood=True,
        produced_at=None,
    )
    async with database.write() as connection:
        await GlobalStateRepository(table).store(connection, [message])
