"""Giving an account its first credentials, or others for lost ones: if mail is configured, by a link."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.identity.credentials import givers, links
from backoffice.identity.credentials.links import CredentialLinks
from backoffice.identity.credentials.passwords import Passwords

INITIAL_BYTES: Final = 15


@dataclass(frozen=True, slots=True)
class InitialPassword:
    """A password that works until the next sign-in, which whoever gives it has seen."""

    password: str
    hashed: str


@dataclass(frozen=True, slots=True)
class CredentialIssuer:
    """Gives credentials.

    Attributes:
        links: Sends links; None if no mail server is configured.
    """

    passwords: Passwords
    links: CredentialLinks | None = None

    async def password(self, login: str) -> InitialPassword | None:
        """Return an initial password; None if a link reaches the owner, so that nobody else sees anything."""
        if self.links is not None and self.links.reaches(login):
            return None
        password = secrets.token_urlsafe(INITIAL_BYTES)
        return InitialPassword(password, await self.passwords.hash(password))

    async def give(
        self,
        connection: AsyncConnection,
        actor: Actor,
        user_id: str,
        initial: InitialPassword | None,
        now: datetime,
    ) -> str | None:
        """Record who gives an account an initial password, or return the token of a link to send."""
        if initial is None:
            await givers.forget(connection, user_id)
            return await links.add(connection, user_id, now)
        await links.end(connection, user_id)
        await givers.give(connection, user_id, actor, now)
        return None

    async def send(self, login: str, token: str | None) -> None:
        """Send a link that `give` returned, after its transaction.

        Raises:
            MailNotSent: The mail server did not take it.
        """
        if self.links is not None and token is not None:
            await self.links.mail(login, token)
