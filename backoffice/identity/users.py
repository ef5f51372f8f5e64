"""An account, and SQL over accounts and their roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Role
from backoffice.errors import Invalid, Problem
from backoffice.identity.models import RECOVERY_CODE, USER, USER_ROLE
from backoffice.versions import next_version_in

MAX_LOGIN_LENGTH: Final = 254
MAX_NAME_LENGTH: Final = 200
Roles = Mapping[str, frozenset[Role]]


class UserStatus(Enum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes:
        person: The human being; several accounts may share it.
        password_expired: The next sign-in has to choose another password.
        totp_secret: Encrypted; None before the first factor is set up.
        revision: Counts changes, for those that name what they saw.
    """

    user_id: str
    login: str
    name: str
    person: str
    status: UserStatus
    password_hash: str | None
    password_expired: bool
    totp_secret: str | None
    totp_confirmed: bool
    totp_last_step: int | None
    oidc_issuer: str | None
    oidc_subject: str | None
    revision: int
    created_at: datetime
    updated_at: datetime
    decisions_seen_at: datetime | None = None


async def add(connection: AsyncConnection, user: User) -> None:
    """Insert an account.

    Raises:
        sqlalchemy.exc.IntegrityError: The login is in use.
    """
    names = [column.name for column in USER.columns if column.name != "status"]
    values = {name: getattr(user, name) for name in names}
    await connection.execute(insert(USER).values(**values, status=user.status.value))


async def change(connection: AsyncConnection, user_id: str, at: datetime, **values: Any) -> None:
    """Change columns of an account, and count it as a revision."""
    await connection.execute(
        update(USER)
        .where(USER.c.user_id == user_id)
        .values(**values, revision=next_version_in(USER.c.revision, at), updated_at=at)
    )


async def replace_credentials(
    connection: AsyncConnection,
    user_id: str,
    password_hash: str | None,
    at: datetime,
    *,
    expired: bool = False,
) -> None:
    """Give an account another password, or none; its second factor and recovery codes end."""
    await set_recovery_codes(connection, user_id, ())
    await change(
        connection,
        user_id,
        at,
        password_hash=password_hash,
        password_expired=expired,
        totp_secret=None,
        totp_confirmed=False,
    )


async def take_step(connection: AsyncConnection, user_id: str, step: int) -> None:
    """Remember the time step of an accepted code."""
    await connection.execute(update(USER).where(USER.c.user_id == user_id).values(totp_last_step=step))


async def see_decisions(connection: AsyncConnection, user_id: str, until: datetime) -> None:
    """Remember up to which decision somebody has looked; an earlier one changes nothing."""
    seen = USER.c.decisions_seen_at
    later = or_(seen.is_(None), seen < until)
    await connection.execute(
        update(USER).where(USER.c.user_id == user_id, later).values(decisions_seen_at=until)
    )


_BY_ID: Final = select(USER).where(USER.c.user_id == bindparam("given"))
"""Built once, because each request reads its account; so are the roles."""

_LOCKED_BY_ID: Final = _BY_ID.with_for_update()
_ROLES: Final = select(USER_ROLE).where(USER_ROLE.c.user_id.in_(bindparam("given", expanding=True)))


async def find(connection: AsyncConnection, user_id: str, *, locked: bool = False) -> User | None:
    """Return an account; `locked`: nobody else changes it until the transaction ends."""
    query = _LOCKED_BY_ID if locked else _BY_ID
    row = (await connection.execute(query, {"given": user_id})).first()
    return None if row is None else _user(row)


async def with_login(connection: AsyncConnection, login: str, *, locked: bool = False) -> User | None:
    """Return the account with a login, whatever its case."""
    query = select(USER).where(USER.c.login == login.strip().lower())
    row = (await connection.execute(query.with_for_update() if locked else query)).first()
    return None if row is None else _user(row)


async def with_subject(connection: AsyncConnection, issuer: str, subject: str) -> User | None:
    """Return the account of a person at an OpenID provider."""
    query = select(USER).where(USER.c.oidc_issuer == issuer, USER.c.oidc_subject == subject)
    row = (await connection.execute(query.with_for_update())).first()
    return None if row is None else _user(row)


async def by_login(
    connection: AsyncConnection, first: int, after: str | None, brands: Iterable[str] | None = None
) -> Sequence[User]:
    """Return up to `first` accounts after a login, in the order of logins; `brands`: with a role for one."""
    query = select(USER).order_by(USER.c.login).limit(first)
    if after is not None:
        query = query.where(USER.c.login > after)
    if brands is not None:
        within = select(USER_ROLE.c.user_id).where(USER_ROLE.c.brand_id.in_(sorted(brands)))
        query = query.where(USER.c.user_id.in_(within))
    return [_user(row) for row in await connection.execute(query)]


async def roles_of(connection: AsyncConnection, user_ids: Iterable[str]) -> dict[str, Roles]:
    """Return the roles of accounts by account; accounts without roles are included."""
    wanted = list(user_ids)
    found: dict[str, dict[str, set[Role]]] = {one: {} for one in wanted}
    for row in await connection.execute(_ROLES, {"given": wanted}):
        found[row.user_id].setdefault(row.brand_id, set()).add(Role(row.role))
    return {one: {brand: frozenset(held) for brand, held in roles.items()} for one, roles in found.items()}


async def present_roles(connection: AsyncConnection, user_id: str) -> Roles:
    """Return the roles of an account; none if there is no such account, or it is disabled."""
    user = await find(connection, user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        return {}
    return (await roles_of(connection, [user_id]))[user_id]


async def set_roles(connection: AsyncConnection, user_id: str, roles: Roles, by: str, at: datetime) -> None:
    """Replace the roles of an account; those that it keeps keep their date."""
    present = await connection.execute(select(USER_ROLE).where(USER_ROLE.c.user_id == user_id))
    held = {(row.brand_id, row.role) for row in present}
    wanted = {(brand, role.value) for brand, those in roles.items() for role in those}
    for brand, role in held - wanted:
        await connection.execute(
            delete(USER_ROLE).where(
                USER_ROLE.c.user_id == user_id, USER_ROLE.c.brand_id == brand, USER_ROLE.c.role == role
            )
        )
    for brand, role in sorted(wanted - held):
        await connection.execute(
            insert(USER_ROLE).values(user_id=user_id, brand_id=brand, role=role, granted_by=by, granted_at=at)
        )


async def active_with_role(connection: AsyncConnection, role: Role, brand: str) -> list[str]:
    """Return the active accounts with a role for a brand, which are locked until the transaction ends."""
    query = (
        select(USER.c.user_id)
        .join(USER_ROLE, USER_ROLE.c.user_id == USER.c.user_id)
        .where(
            USER.c.status == UserStatus.ACTIVE.value,
            USER_ROLE.c.role == role.value,
            USER_ROLE.c.brand_id == brand,
        )
        .order_by(USER.c.user_id)
    )
    return list((await connection.execute(query.with_for_update())).scalars())


async def set_recovery_codes(connection: AsyncConnection, user_id: str, hashes: Iterable[str]) -> None:
    """Replace the recovery codes of an account."""
    await connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.user_id == user_id))
    for each in hashes:
        await connection.execute(insert(RECOVERY_CODE).values(user_id=user_id, code_hash=each))


async def use_recovery_code(connection: AsyncConnection, user_id: str, code_hash: str, at: datetime) -> bool:
    """Use a recovery code up; return False if there is none that was not used."""
    c = RECOVERY_CODE.c
    query = select(c.code_hash).where(c.user_id == user_id, c.code_hash == code_hash, c.used_at.is_(None))
    if (await connection.execute(query.with_for_update())).first() is None:
        return False
    await connection.execute(
        update(RECOVERY_CODE).where(c.user_id == user_id, c.code_hash == code_hash).values(used_at=at)
    )
    return True


async def recovery_codes_left(connection: AsyncConnection, user_id: str) -> int:
    """Return how many recovery codes were not used."""
    c = RECOVERY_CODE.c
    rows = await connection.execute(select(c.code_hash).where(c.user_id == user_id, c.used_at.is_(None)))
    return len(rows.all())


def _user(row: Row[Any]) -> User:
    values = row._asdict()
    return User(**{**values, "status": UserStatus(values["status"])})


def check_names(login: str, name: str, person: str) -> None:
    """Check the names of a new account.

    Raises:
        Invalid: One of them is missing, too long, or has characters that cannot be seen.
    """
    problems = []
    if not login or len(login) > MAX_LOGIN_LENGTH or not login.isprintable() or " " in login:
        problems.append(Problem("login", f"Use 1 to {MAX_LOGIN_LENGTH} characters without spaces."))
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        problems.append(Problem("name", f"Use 1 to {MAX_NAME_LENGTH} characters."))
    if not person or len(person) > MAX_LOGIN_LENGTH or not person.isprintable():
        problems.append(Problem("person", f"Use 1 to {MAX_LOGIN_LENGTH} characters."))
    if problems:
        raise Invalid(problems)
