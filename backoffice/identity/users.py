"""An account, and SQL over accounts and their roles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import COMMAND_LINE, Role
from backoffice.errors import Invalid, Problem
from backoffice.identity.addresses import is_one_address, normal_name
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
_SHARED_BY_ID: Final = _BY_ID.with_for_update(read=True)
_ROLES: Final = select(USER_ROLE).where(USER_ROLE.c.user_id.in_(bindparam("given", expanding=True)))


async def find(
    connection: AsyncConnection, user_id: str, *, locked: bool = False, shared: bool = False
) -> User | None:
    """Return an account; `locked`: nobody else changes it until the transaction ends; `shared`: nor do we."""
    query = _LOCKED_BY_ID if locked else _SHARED_BY_ID if shared else _BY_ID
    row = (await connection.execute(query, {"given": user_id})).first()
    return None if row is None else _user(row)


async def lock(connection: AsyncConnection, user_ids: Iterable[str]) -> None:
    """Lock accounts in the order of their ids, as everybody does who locks several."""
    query = select(USER.c.user_id).where(USER.c.user_id.in_(sorted(user_ids))).order_by(USER.c.user_id)
    (await connection.execute(query.with_for_update())).all()


async def with_login(connection: AsyncConnection, login: str) -> User | None:
    """Return the account with a login, however it is typed: also one from before logins had a normal form."""
    typed, normal = login.strip().lower(), normal_name(login)
    rows = (await connection.execute(select(USER).where(USER.c.login.in_({typed, normal})))).all()
    return next((_user(row) for row in sorted(rows, key=lambda row: row.login != normal)), None)


async def with_same_login(connection: AsyncConnection, login: str) -> bool:
    """Tell whether an account has a login of this normal form, also if it is stored in another form."""
    stored = (await connection.execute(select(USER.c.login))).scalars()
    return any(normal_name(name) == login for name in stored)


async def roles_of_person(connection: AsyncConnection, person: str) -> Sequence[Roles]:
    """Return the roles of each account of a person; none if nobody is called so."""
    rows = await connection.execute(select(USER.c.user_id, USER.c.person))
    accounts = [row.user_id for row in rows if normal_name(row.person) == person]
    return list((await roles_of(connection, accounts)).values())


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
    held_by: dict[str, dict[str, set[Role]]] = {user_id: {} for user_id in wanted}
    for row in await connection.execute(_ROLES, {"given": wanted}):
        held_by[row.user_id].setdefault(row.brand_id, set()).add(Role(row.role))
    return {
        user_id: {brand: frozenset(held) for brand, held in roles.items()}
        for user_id, roles in held_by.items()
    }


async def present_roles(connection: AsyncConnection, user_id: str) -> Roles:
    """Return the roles of an account; none if there is no such account, or it is disabled."""
    user = await find(connection, user_id)
    if user is None or user.status is not UserStatus.ACTIVE:
        return {}
    return (await roles_of(connection, [user_id]))[user_id]


async def set_roles(
    connection: AsyncConnection,
    user_id: str,
    roles: Roles,
    by: str,
    at: datetime,
    *,
    confirmed: Collection[str] = (),
) -> None:
    """Replace the roles of an account; those that it keeps keep their date, and who granted them.

    Those of the `confirmed` brands that were given at the command line are granted anew.
    """
    present = await connection.execute(select(USER_ROLE).where(USER_ROLE.c.user_id == user_id))
    held = {(row.brand_id, row.role) for row in present}
    wanted = {(brand, role.value) for brand, those in roles.items() for role in those}
    c = USER_ROLE.c
    for brand, role in held - wanted:
        await connection.execute(
            delete(USER_ROLE).where(c.user_id == user_id, c.brand_id == brand, c.role == role)
        )
    by_command = c.granted_by.startswith(COMMAND_LINE, autoescape=True)
    await connection.execute(
        update(USER_ROLE)
        .where(c.user_id == user_id, by_command, c.brand_id.in_(sorted(confirmed)))
        .values(granted_by=by, granted_at=at)
    )
    for brand, role in sorted(wanted - held):
        await connection.execute(
            insert(USER_ROLE).values(user_id=user_id, brand_id=brand, role=role, granted_by=by, granted_at=at)
        )


async def active_with_role(connection: AsyncConnection, role: Role, brand: str) -> list[str]:
    """Return the active accounts with a role for a brand."""
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
    return list((await connection.execute(query)).scalars())


async def recovery_codes_left(connection: AsyncConnection, user_id: str) -> int:
    """Return how many recovery codes were not used."""
    c = RECOVERY_CODE.c
    rows = await connection.execute(select(c.code_hash).where(c.user_id == user_id, c.used_at.is_(None)))
    return len(rows.all())


def _user(row: Row[Any]) -> User:
    values = row._asdict()
    return User(**{**values, "status": UserStatus(values["status"])})


def check_names(login: str, name: str, person: str) -> None:
    """Check the names of a new account, in their normal form.

    Raises:
        Invalid: One of them is missing, too long, or has characters that cannot be seen; or it is no address.
    """
    problems = []
    if not login or len(login) > MAX_LOGIN_LENGTH or not login.isprintable() or " " in login:
        problems.append(Problem("login", f"Use 1 to {MAX_LOGIN_LENGTH} characters without spaces."))
    elif "@" in login and not is_one_address(login):
        problems.append(Problem("login", "Use one e-mail address, or a name without @."))
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        problems.append(Problem("name", f"Use 1 to {MAX_NAME_LENGTH} characters."))
    if not person or len(person) > MAX_LOGIN_LENGTH or not person.isprintable():
        problems.append(Problem("person", f"Use 1 to {MAX_LOGIN_LENGTH} characters."))
    if problems:
        raise Invalid(problems)
