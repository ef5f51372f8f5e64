"""What tests of the back office share: its migrated database, and people with roles."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from backoffice.access import Actor, Role
from backoffice.identity import users
from backoffice.identity.users import User, UserStatus
from backoffice.metadata import NAME
from backoffice.models import METADATA
from foundation.storage.database import Database
from tests.support.database_probe import migrated

NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)


def actor(
    user: str = "ann",
    *roles: Role,
    brand: str = "northbet",
    person: str | None = None,
    stepped_up_until: datetime | None = None,
    more: Mapping[str, frozenset[Role]] | None = None,
) -> Actor:
    """Return a person with roles for one brand."""
    held = {brand: frozenset(roles)} if roles else {}
    return Actor(
        user_id=user,
        person=person or user,
        name=user.title(),
        session_id=f"session-of-{user}",
        address="127.0.0.1",
        roles={**held, **(more or {})},
        stepped_up_until=stepped_up_until,
    )


@asynccontextmanager
async def backoffice_database(url: str) -> AsyncIterator[Database]:
    """Open the migrated database of the back office."""
    async with migrated(url, NAME, METADATA) as database:
        yield database


async def employ(database: Database, *people: Actor) -> None:
    """Give people accounts with their roles, unless they have some: nobody proposes without."""
    async with database.write() as connection:
        for person in people:
            if await users.find(connection, person.user_id) is not None:
                continue
            user = User(
                user_id=person.user_id,
                login=person.user_id,
                name=person.name,
                person=person.person,
                status=UserStatus.ACTIVE,
                password_hash=None,
                password_expired=False,
                totp_secret=None,
                totp_confirmed=False,
                totp_last_step=None,
                oidc_issuer=None,
                oidc_subject=None,
                revision=1,
                created_at=NOW,
                updated_at=NOW,
            )
            await users.add(connection, user)
            await users.set_roles(connection, person.user_id, person.roles, "root", NOW)


def copy_backoffice(folder: Path, name: str, *, to: Sequence[str]) -> None:
    """Copy the SQLite database of a back office from a subfolder to others; nobody has it open."""
    for other in to:
        (folder / other).mkdir()
        shutil.copy(folder / name / "backoffice.sqlite", folder / other)
