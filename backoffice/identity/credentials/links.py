"""Links by mail that replace an account's credentials: nobody but the owner of the address sees them.

Mail is sent by SMTP, always encrypted outside this machine.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.errors import BackofficeError
from backoffice.identity.addresses import is_one_address
from backoffice.identity.models import CREDENTIAL_LINK
from backoffice.identity.secrets import new_token, token_hash
from foundation.storage.columns import upsert

LASTS: Final = timedelta(hours=24)
PATH: Final = "/backoffice/renew"
TEXT: Final = """\
Choose a password and set up your second factor for the back office of Furlong:

{url}

The link works once, for 24 hours. What you have used until then ends. Nobody else, not even an administrator,
may ask you for this link. If you did not expect it, tell your administrator.
"""


class LinkRefused(BackofficeError):
    """The link was used or replaced, has ended, or never was."""

    code = "LINK_REFUSED"

    def __init__(self) -> None:
        super().__init__("This link does not work any more: ask for another one.")


class MailNotSent(BackofficeError):
    """The mail server did not take the mail; what went before it stays."""

    code = "MAIL_NOT_SENT"

    def __init__(self) -> None:
        super().__init__("The mail with the link could not be sent. Replace the credentials to try again.")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as plain text, to one address."""

    to: str
    subject: str
    text: str


Send: TypeAlias = Callable[[Mail], Awaitable[None]]
"""Sends a mail; raises OSError if the server does not take it."""


@dataclass(frozen=True, slots=True)
class CredentialLinks:
    """Sends links to logins that are addresses.

    Attributes:
        url: The origin of the back office.
        domains: Only to addresses of these domains: whoever adds an account chooses its address.
    """

    send: Send
    url: str
    domains: frozenset[str]

    def reaches(self, login: str) -> bool:
        """Tell whether a login is one address, and of its own: with `+`, one mailbox has several."""
        mailbox, _, domain = login.partition("@")
        return "+" not in mailbox and domain in self.domains and is_one_address(login)

    async def mail(self, login: str, token: str) -> None:
        """Send a link.

        Raises:
            MailNotSent: The server did not take it.
        """
        url = f"{self.url.rstrip('/')}{PATH}#{token}"
        try:
            await self.send(Mail(login, "Your access to the back office", TEXT.format(url=url)))
        except OSError as error:
            raise MailNotSent from error


async def add(connection: AsyncConnection, user_id: str, now: datetime) -> str:
    """Store a link of an account, whose earlier one ends, and return its token, which is stored nowhere."""
    token = new_token()
    row = {"user_id": user_id, "token_hash": token_hash(token), "sent_at": now}
    changed = ["token_hash", "sent_at"]
    await connection.execute(upsert(connection.dialect.name, CREDENTIAL_LINK, [row], update=changed))
    return token


async def last_sent(connection: AsyncConnection, user_id: str) -> datetime | None:
    """Return when the account's unused link was sent."""
    c = CREDENTIAL_LINK.c
    sent_at: datetime | None = await connection.scalar(select(c.sent_at).where(c.user_id == user_id))
    return sent_at


async def owner(connection: AsyncConnection, token: str, now: datetime) -> str | None:
    """Return the account of a link that works; whoever holds the account keeps it so."""
    c = CREDENTIAL_LINK.c
    query = select(c.user_id).where(c.token_hash == token_hash(token), c.sent_at > now - LASTS)
    link: str | None = await connection.scalar(query)
    return link


async def end(connection: AsyncConnection, user_id: str) -> None:
    """End the link of an account."""
    await connection.execute(delete(CREDENTIAL_LINK).where(CREDENTIAL_LINK.c.user_id == user_id))


async def end_old(connection: AsyncConnection, now: datetime) -> None:
    """Delete links that have ended."""
    await connection.execute(delete(CREDENTIAL_LINK).where(CREDENTIAL_LINK.c.sent_at <= now - LASTS))


SECONDS: Final = 10.0
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def smtp(url: str, sender: str) -> Send:
    """Return what sends mail by a server.

    Args:
        url: `smtps://USER:PASSWORD@HOST:PORT`, or `smtp://` for STARTTLS.
        sender: The address that the mail is from.
    """
    server = urlsplit(url)
    host = server.hostname or ""

    def deliver(message: EmailMessage, to: str) -> None:
        if server.scheme == "smtps":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                host, server.port or 465, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            opened = smtplib.SMTP(host, server.port or 587, timeout=SECONDS)
        with opened as connection:
            if server.scheme == "smtp" and host not in LOOPBACK:
                connection.starttls(context=ssl.create_default_context())
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message, to_addrs=[to])

    async def send(mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["Subject"] = sender, mail.subject
        message["To"] = Address(addr_spec=mail.to)
        message.set_content(mail.text)
        await asyncio.to_thread(deliver, message, mail.to)

    return send
