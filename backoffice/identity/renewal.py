"""Renewing one's credentials by a link to one's address: whoever gave the present ones is bound no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Conflict, Invalid
from backoffice.identity import sessions, users
from backoffice.identity.account import Lapse
from backoffice.identity.addresses import is_one_address
from backoffice.identity.credentials import givers, links
from backoffice.identity.credentials.issuing import CredentialIssuer
from backoffice.identity.credentials.links import LinkRefused
from backoffice.identity.held_account import hold
from backoffice.identity.sessions import Lifetimes, Origin, Stage
from backoffice.identity.sign_in import Ticket, TooManyAttempts
from backoffice.identity.users import User, UserStatus
from foundation.storage.clock import Clock
from foundation.storage.database import Database

BETWEEN: Final = timedelta(minutes=1)
"""How long somebody waits between two links of theirs."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """Sends people links to their addresses, and renews their credentials by them.

    Attributes:
        lapse: Ends the proposals of the account: somebody else may have made them.
    """

    database: Database
    audit: AuditLog
    clock: Clock
    issuer: CredentialIssuer
    lifetimes: Lifetimes
    lapse: Lapse

    async def send(self, actor: Actor) -> str:
        """Send the actor a link; return the address.

        Raises:
            Conflict: No link reaches this account.
            TooManyAttempts: One was sent a moment ago.
            MailNotSent: The mail server did not take it.
        """
        now = self.clock.machine.now()
        async with self.database.write() as connection:
            held = await hold(connection, actor.user_id)
            if held is None or not self._reaches(held.user):
                raise Conflict("No link can be sent to this account: ask an administrator.")
            user = held.user
            sent = await links.last_sent(connection, user.user_id)
            if sent is not None and sent + BETWEEN > now:
                raise TooManyAttempts(int((sent + BETWEEN - now).total_seconds()) + 1)
            token = await links.add(connection, user.user_id, now)
            await self._record(connection, actor, "people.send_link")
        await self.issuer.send(user.login, token)
        return user.login

    async def renew(self, token: str, password: str, origin: Origin) -> Ticket:
        """Replace the password, and begin a session that sets the second factor up again.

        Raises:
            LinkRefused: The link does not work.
            Invalid: The new password breaks the rules.
        """
        now = self.clock.machine.now()
        async with self.database.read() as connection:
            user = await _owner(connection, token, now)
        if problems := self.issuer.passwords.problems(password, (user.login, user.name)):
            raise Invalid(problems)
        hashed = await self.issuer.passwords.hash(password)
        async with self.database.write() as connection:
            held = await hold(connection, user.user_id)
            if held is None:
                raise LinkRefused
            user = await _owner(connection, token, now)
            session = sessions.new_session(user.user_id, Stage.ENROLMENT, origin, now, self.lifetimes)
            actor = Actor(user.user_id, user.person, user.name, session.session_id, origin.address, {})
            await links.end(connection, user.user_id)
            await givers.forget(connection, user.user_id)
            await held.replace_credentials(hashed, now)
            ticket = Ticket(await sessions.add(connection, session), session)
            await self.lapse(connection, actor, user.user_id, {}, "The proposer's credentials were replaced.")
            await self._record(connection, actor, "people.renew")
        return ticket

    def _reaches(self, user: User) -> bool:
        found = self.issuer.links
        return user.oidc_subject is None and found is not None and found.reaches(user.login)

    async def _record(self, connection: AsyncConnection, actor: Actor, action: str) -> None:
        subject = f"user:{actor.user_id}"
        await self.audit.record(
            connection, actor, action, brand=None, subject=subject, before=None, after=None, reason=None
        )


async def _owner(connection: AsyncConnection, token: str, now: datetime) -> User:
    """Return the active account of a link that works: its login is the one address that it was sent to."""
    user_id = await links.owner(connection, token, now)
    user = None if user_id is None else await users.find(connection, user_id)
    if user is None or user.status is not UserStatus.ACTIVE or not is_one_address(user.login):
        raise LinkRefused
    return user
