"""What tests of support share: all databases, a customer with a history, and the services over them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import insert, select

from backoffice.access import Actor, Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.base import Base, create_base
from backoffice.settings import BackofficeSettings
from backoffice.support.area import SupportArea
from consumers.messages.accounts import decode_account
from consumers.messages.reducers import store_accounts, store_schemes
from consumers.messages.schemes import decode_scheme
from consumers.stream.topics import Message
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.databases import METADATA
from subgraphs.club.models import ACCOUNT_CHANGE, MEMBERSHIP_EVENT
from subgraphs.club.models import REFERENCE as CLUB
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.models import REFERENCE as FULFILMENT
from subgraphs.kit.domain.keys import Owner
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import account, bet, scheme
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import actor, employ

NOW: Final = datetime(2026, 3, 26, 12, tzinfo=UTC)
SOON: Final = NOW + timedelta(minutes=10)
CUSTOMER: Final = Owner("northbet", "c-1")
SAM: Final = actor("sam", Role.SUPPORT, stepped_up_until=SOON)
SUE: Final = actor("sue", Role.SUPPORT, stepped_up_until=SOON)
RITA: Final = actor("rita", Role.RISK, stepped_up_until=SOON)
RAY: Final = actor("ray", Role.RISK, stepped_up_until=SOON)
FOREIGN: Final = actor("fay", Role.SUPPORT, Role.RISK, brand="southbet", stepped_up_until=SOON)


@dataclass(frozen=True)
class SupportFixture:
    """The services of support over databases of their own."""

    base: Base
    parts: SupportArea
    reducer: Reducer
    clock: ManualClock

    async def audited(self) -> list[tuple[str, str]]:
        """Return what the audit log has: actions and subjects."""
        async with self.base.database.read() as connection:
            rows = await connection.execute(
                select(AUDIT_LOG.c.action, AUDIT_LOG.c.subject).order_by(AUDIT_LOG.c.sequence)
            )
            return [(row.action, row.subject) for row in rows]

    async def add_bets(self, *changes: dict[str, Any]) -> None:
        """Apply bets, each with some fields changed."""
        await self.reducer.bets(*(bet(**change) for change in changes))

    async def opt_in(self, version: int = 1, at: datetime = NOW - timedelta(days=1)) -> None:
        """Store that the customer opted in."""
        row = {
            "brand_id": CUSTOMER.brand,
            "customer_id": CUSTOMER.customer,
            "version": version,
            "kind": "opted_in",
            "terms_version": "1",
            "upstream_key": f"key-{version}",
            "at": at,
            "origin": "customer",
        }
        async with self.parts.databases.club.write() as connection:
            await connection.execute(insert(MEMBERSHIP_EVENT).values(**row))


@asynccontextmanager
async def support_fixture(url: str) -> AsyncIterator[SupportFixture]:
    """Open the services over fresh databases that know a brand and a customer."""
    settings, clock = DatabaseSettings(url=url), ManualClock(NOW)
    for name, metadata in METADATA.items():
        await migrate(settings, name, metadata)
    async with AsyncExitStack() as stack:
        reducer = await stack.enter_async_context(opened_reducer(url))
        own = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
        base = create_base(settings, own, clock)
        stack.push_async_callback(base.database.close)
        await employ(base.database, SAM, SUE, RITA, RAY, FOREIGN)
        parts = SupportArea(base)
        stack.push_async_callback(parts.close)
        support_area = SupportFixture(base, parts, reducer, clock)
        await know(support_area)
        yield support_area


async def know(support_area: SupportFixture) -> None:
    """Let the databases know the brand and the customer's account."""
    record, found = account(), support_area.reducer
    rules = scheme()
    schemes = [Message(rules, decode_scheme(rules))]
    messages = [Message(record, decode_account(record))]
    await found.accounts(record)
    for database, tables in (
        (support_area.parts.databases.club, CLUB),
        (support_area.parts.databases.fulfilment, FULFILMENT),
    ):
        writer = ReferenceWriter(tables, database.dialect)
        async with database.write() as connection:
            await store_schemes(writer, connection, schemes)
            history = AccountHistory(ACCOUNT_CHANGE) if tables is CLUB else None
            await store_accounts(writer, connection, messages, history)


def person(name: str, *roles: Role, **more: Any) -> Actor:
    """Return somebody with roles at the brand, who has just stepped up."""
    return actor(name, *roles, stepped_up_until=SOON, **more)
