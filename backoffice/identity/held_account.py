"""An account that a transaction holds: the only way to change its credentials.

Whoever changes an account has decided on something that they read before, often before an argon2 computation:
a password's hash, a second factor, a session. Here the row is locked, and that is compared with what it is
now. Each change of credentials, roles or status holds the row, so that one of two at once sees the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.errors import Conflict, Forbidden, NotSignedIn
from backoffice.identity import sessions, users
from backoffice.identity.models import RECOVERY_CODE, USER
from backoffice.identity.sessions import Session
from backoffice.identity.users import User, UserStatus


class AccountChanged(Conflict):
    """The account is not any more what the change was decided on; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("This account was changed at the same moment: try again.")


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account whose row is locked until the transaction ends.

    Attributes:
        user: As it is now.
    """

    connection: AsyncConnection
    user: User

    def require_as_read(self, read: User) -> None:
        """Check that status and credentials are as somebody read them. A hash is never the same again.

        Raises:
            AccountChanged: They are not.
        """
        if _decisive(self.user) != _decisive(read):
            raise AccountChanged

    async def require_session(self, session: Session) -> None:
        """Check that a session of the account has not ended, and is where it was.

        Raises:
            NotSignedIn: It has ended.
            AccountChanged: Another request has taken it a step further.
        """
        stored = await sessions.find(self.connection, session.session_id)
        if stored is None or self.user.status is not UserStatus.ACTIVE:
            raise NotSignedIn
        if stored.stage is not session.stage:
            raise AccountChanged

    async def set_credentials(self, at: datetime, **values: Any) -> None:
        """Change columns of the credentials.

        The revision stays: it is what administrators have seen, and nobody keeps them from disabling an
        account by changing its password all the time.
        """
        await self._update(**values, updated_at=at)

    async def replace_credentials(
        self, password_hash: str | None, at: datetime, *, expired: bool = False
    ) -> None:
        """Give the account another password, or none; its sessions, second factor and recovery codes end."""
        await sessions.end_all(self.connection, self.user.user_id)
        await self.set_recovery_codes(())
        await self.set_credentials(
            at, password_hash=password_hash, password_expired=expired, totp_secret=None, totp_confirmed=False
        )

    async def take_step(self, step: int) -> None:
        """Remember the time step of an accepted code."""
        await self._update(totp_last_step=step)

    async def set_recovery_codes(self, hashes: Iterable[str]) -> None:
        """Replace the recovery codes."""
        c = RECOVERY_CODE.c
        await self.connection.execute(delete(RECOVERY_CODE).where(c.user_id == self.user.user_id))
        for code_hash in hashes:
            await self.connection.execute(
                insert(RECOVERY_CODE).values(user_id=self.user.user_id, code_hash=code_hash)
            )

    async def use_recovery_code(self, code_hash: str, at: datetime) -> bool:
        """Use a recovery code up; return False if there is none that was not used."""
        c = RECOVERY_CODE.c
        which = (c.user_id == self.user.user_id) & (c.code_hash == code_hash)
        query = select(c.code_hash).where(which, c.used_at.is_(None))
        if (await self.connection.execute(query.with_for_update())).first() is None:
            return False
        await self.connection.execute(update(RECOVERY_CODE).where(which).values(used_at=at))
        return True

    async def _update(self, **values: Any) -> None:
        which = USER.c.user_id == self.user.user_id
        await self.connection.execute(update(USER).where(which).values(**values))


async def hold(connection: AsyncConnection, user_id: str) -> HeldAccount | None:
    """Lock an account; None if there is none. Lock nothing else before that others lock after it."""
    user = await users.find(connection, user_id, locked=True)
    return None if user is None else HeldAccount(connection, user)


async def hold_as_read(connection: AsyncConnection, read: User) -> HeldAccount:
    """Lock an account, and check that it is as it was read.

    Raises:
        AccountChanged: It is not.
    """
    held = await hold(connection, read.user_id)
    if held is None:
        raise AccountChanged
    held.require_as_read(read)
    return held


async def require_acting(connection: AsyncConnection, actor: Actor) -> None:
    """Check that the session by which somebody acts has not ended since, and that their roles are the same.

    That stays so until the transaction ends. An actor without a session, such as a command, always passes.

    Raises:
        NotSignedIn: The session has ended, as it does if the account is reset or disabled.
        Forbidden: The roles were changed.
    """
    if not actor.by_session:
        return
    user = await users.find(connection, actor.user_id, shared=True)
    session = await sessions.find(connection, actor.session_id)
    if user is None or session is None or user.status is not UserStatus.ACTIVE:
        raise NotSignedIn
    if (await users.roles_of(connection, [user.user_id]))[user.user_id] != actor.roles:
        raise Forbidden("Your roles were changed at the same moment: look again.")


def _decisive(user: User) -> tuple[object, ...]:
    """Return what changes are decided on; the revision, because a status may come back."""
    return (
        user.revision,
        user.status,
        user.password_hash,
        user.password_expired,
        user.totp_secret,
        user.totp_confirmed,
        user.oidc_subject,
    )
