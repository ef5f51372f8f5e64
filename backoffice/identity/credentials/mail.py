"""Mail by SMTP, always encrypted outside this machine."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

SECONDS: Final = 10.0
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as plain text."""

    to: str
    subject: str
    text: str


Send: TypeAlias = Callable[[Mail], Awaitable[None]]
"""Sends a mail; raises OSError if the server does not take it."""


def smtp(url: str, sender: str) -> Send:
    """Return what sends mail by a server.

    Args:
        url: `smtps://USER:PASSWORD@HOST:PORT`, or `smtp://` for STARTTLS.
        sender: The address that the mail is from.
    """
    server = urlsplit(url)
    host = server.hostname or ""

    def deliver(message: EmailMessage) -> None:
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
            connection.send_message(message)

    async def send(mail: Mail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
        message.set_content(mail.text)
        await asyncio.to_thread(deliver, message)

    return send
