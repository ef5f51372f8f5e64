"""Open sessions, and SQL over them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.identity.models import SESSION
from backoffice.identity.secrets import new_token, token_hash

SEEN_EVERY: Final = timedelta(seconds=30)
"""How exactly the last request of a session is known: not each request writes."""


class Stage(Enum):
    """What a session still needs.

    FACTOR: the second factor; ENROLMENT: the second factor has to be set up; PASSWORD: another password has
    to be chosen; FULL: nothing.
    """

    FACTOR = "factor"
    ENROLMENT = "enrolment"
    PASSWORD = "password"  # noqa: S105 - a stage
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Session:
    """A session.

    Attributes:
        session_id: The public id.
        expires_at: Its absolute end.
        stepped_up_until: Until when the second factor counts as confirmed again.
        oidc_session: The session at the OpenID provider.
    """

    session_id: str
    user_id: str
    stage: Stage
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    stepped_up_until: datetime | None
    address: str
    user_agent: str
    oidc_session: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: the client's address, and what the browser calls itself."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions last."""

    idle: timedelta
    absolute: timedelta
    step_up: timedelta


def new_session(user_id: str, stage: Stage, origin: Origin, now: datetime, lifetimes: Lifetimes) -> Session:
    """Return a new session."""
    return Session(
        session_id=uuid.uuid4().hex,
        user_id=user_id,
        stage=stage,
        created_at=now,
        seen_at=now,
        expires_at=now + lifetimes.absolute,
        stepped_up_until=None,
        address=origin.address[:64],
        user_agent=origin.user_agent[:300],
    )


async def add(connection: AsyncConnection, session: Session) -> str:
    """Store a session, and return its token, which is stored nowhere."""
    token = new_token()
    names = [column.name for column in SESSION.columns if column.name not in {"token_hash", "stage"}]
    values = {name: getattr(session, name) for name in names}
    await connection.execute(
        insert(SESSION).values(**values, stage=session.stage.value, token_hash=token_hash(token))
    )
    return token


async def rotate(connection: AsyncConnection, session: Session, **values: Any) -> str:
    """Give a session another token and other values: the old token ends, so that none can be fixed before."""
    token = new_token()
    await connection.execute(
        update(SESSION)
        .where(SESSION.c.session_id == session.session_id)
        .values(**values, token_hash=token_hash(token))
    )
    return token


_BY_TOKEN: Final = select(SESSION).where(SESSION.c.token_hash == bindparam("given"))
"""Built once, because each request reads its session."""


async def with_token(
    connection: AsyncConnection, token: str, now: datetime, lifetimes: Lifetimes
) -> Session | None:
    """Return the session of a token, unless it has ended."""
    row = (await connection.execute(_BY_TOKEN, {"given": token_hash(token)})).first()
    if row is None or row.expires_at <= now or row.seen_at + lifetimes.idle <= now:
        return None
    return _session(row)


async def seen(connection: AsyncConnection, session_id: str, now: datetime) -> None:
    """Note a request."""
    await connection.execute(update(SESSION).where(SESSION.c.session_id == session_id).values(seen_at=now))


async def find(connection: AsyncConnection, session_id: str) -> Session | None:
    """Return a session by its public id."""
    row = (await connection.execute(select(SESSION).where(SESSION.c.session_id == session_id))).first()
    return None if row is None else _session(row)


async def of_user(
    connection: AsyncConnection, user_id: str, now: datetime, lifetimes: Lifetimes
) -> Sequence[Session]:
    """Return the open sessions of an account, the newest first."""
    query = (
        select(SESSION)
        .where(
            SESSION.c.user_id == user_id,
            SESSION.c.expires_at > now,
            SESSION.c.seen_at > now - lifetimes.idle,
        )
        .order_by(SESSION.c.created_at.desc())
    )
    return [_session(row) for row in await connection.execute(query)]


async def end(connection: AsyncConnection, session_id: str) -> None:
    """End a session."""
    await _delete(connection, SESSION.c.session_id == session_id)


async def end_all(connection: AsyncConnection, user_id: str, *, but: str | None = None) -> None:
    """End all sessions of an account, but one."""
    which = SESSION.c.user_id == user_id
    await _delete(connection, which if but is None else which & (SESSION.c.session_id != but))


async def end_oidc(connection: AsyncConnection, oidc_session: str) -> int:
    """End the sessions that belong to a session of the OpenID provider; return how many these were."""
    return await _delete(connection, SESSION.c.oidc_session == oidc_session)


async def end_expired(connection: AsyncConnection, now: datetime) -> None:
    """Delete all expired sessions."""
    await _delete(connection, SESSION.c.expires_at <= now)


async def end_stale(connection: AsyncConnection, user_id: str, now: datetime) -> None:
    """Delete the expired sessions of an account."""
    await _delete(connection, (SESSION.c.user_id == user_id) & (SESSION.c.expires_at <= now))


async def _delete(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(SESSION).where(which))).rowcount


def _session(row: Row[Any]) -> Session:
    values = row._asdict()
    values.pop("token_hash")
    return Session(**{**values, "stage": Stage(values["stage"])})
