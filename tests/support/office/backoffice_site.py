"""The back office as a browser meets it: an application over a migrated database, and people to sign in."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pyotp
from argon2 import PasswordHasher
from pydantic import SecretStr

from backoffice.access import Actor, Role
from backoffice.app import Backoffice, create_backoffice
from backoffice.identity import users
from backoffice.identity.account import NewAccount
from backoffice.identity.credentials import givers
from backoffice.identity.credentials.passwords import Passwords
from backoffice.metadata import NAME
from backoffice.models import METADATA
from backoffice.settings import BackofficeSettings, OidcSettings
from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.database_probe import migrate
from tests.support.office.backoffice_fixture import NOW

ROOT: Final = Path(__file__).resolve().parents[3]
SCREENS: Final = ROOT / "web" / "dist" / "backoffice"
ORIGIN: Final = "http://127.0.0.1:8100"
PASSWORD: Final = "seven green horses"
ROOT_ACTOR: Final = Actor(
    "root", "root", "root", "command-line", "local", {ALL_BRANDS: frozenset({Role.ADMINISTRATOR})}
)
QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 that costs the tests nothing."""


@dataclass
class Person:
    """Somebody with an account.

    Attributes:
        secret: Of the authenticator.
    """

    user_id: str
    login: str
    secret: str

    def code(self, clock: ManualClock) -> str:
        """Return the authenticator's code."""
        return pyotp.TOTP(self.secret).at(clock.now())


@dataclass
class Browser:
    """A browser: it keeps cookies, sends its origin, and the CSRF token that it was given."""

    client: httpx.AsyncClient
    csrf: str = ""
    sent: dict[str, str] = field(default_factory=lambda: {"origin": ORIGIN})

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Send a request to a path under /backoffice/."""
        every = {**self.sent, "x-csrf-token": self.csrf, **headers}
        content: dict[str, Any] = {} if body is None else {"json": body}
        response = await self.client.request(method, f"/backoffice/{path}", headers=every, **content)
        if response.headers.get("content-type", "").startswith("application/json"):
            answer = response.json()
            if isinstance(answer, dict) and "csrfToken" in answer:
                self.csrf = answer["csrfToken"]
        return response

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation to the graph."""
        response = await self.send("POST", "graphql", {"query": query, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer


def codes(answer: dict[str, Any]) -> list[str]:
    """Return the codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


@dataclass
class OfficeSite:
    """The running application."""

    office: Backoffice
    clock: ManualClock

    def browser(self, address: str = "127.0.0.1") -> Browser:
        """Return a browser of its own."""
        transport = httpx.ASGITransport(self.office.app, client=(address, 4711))
        return Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN))

    async def person(
        self, login: str, *roles: Role, brand: str = ALL_BRANDS, person: str | None = None
    ) -> Person:
        """Add an account whose password and second factor its owner has set up, by a link."""
        base = self.office.base
        new = NewAccount(login, login.title(), {brand: frozenset(roles)} if roles else {}, person)
        account, _ = await base.accounts.add(ROOT_ACTOR, new)
        secret = pyotp.random_base32()
        async with base.database.write() as connection:
            await givers.forget(connection, account.user.user_id)
            await users.change(
                connection,
                account.user.user_id,
                self.clock.now(),
                password_hash=QUICK.hash(PASSWORD),
                password_expired=False,
                totp_secret=base.sign_in.keys.encrypt(secret),
                totp_confirmed=True,
            )
        return Person(account.user.user_id, login, secret)

    async def signed_in(self, person: Person) -> Browser:
        """Return a browser in which somebody has signed in; time passes, so that each code is new."""
        browser = self.browser()
        self.clock.advance(timedelta(seconds=30))
        body = {"user": person.login, "password": PASSWORD, "code": person.code(self.clock)}
        response = await browser.send("POST", "session", body)
        assert response.json()["signedIn"], response.text
        return browser

    async def staff(self, roles: Iterable[Role], brand: str = ALL_BRANDS) -> dict[Role, Browser]:
        """Return a signed-in browser for each role."""
        return {
            role: await self.signed_in(await self.person(f"{role.value}-{brand}", role, brand=brand))
            for role in roles
        }


@asynccontextmanager
async def running_site(
    url: str, screens: Path = SCREENS, oidc: OidcSettings | None = None
) -> AsyncIterator[OfficeSite]:
    """Run the application over a migrated database."""
    settings, clock = DatabaseSettings(url=url), ManualClock(NOW)
    await migrate(settings, NAME, METADATA)
    own = BackofficeSettings(key=SecretStr("k" * 32), url=ORIGIN if oidc else "", _env_file=None)
    office = create_backoffice(settings, own, clock, screens, oidc=oidc)
    quick = Passwords(own.password_length, QUICK)
    base = office.base
    for part in (base.accounts.issuer, base.sign_in):
        object.__setattr__(part, "passwords", quick)
    lifespan = LifespanOf(office)
    async with lifespan.running():
        yield OfficeSite(office, clock)


@dataclass
class LifespanOf:
    """Starts and stops an ASGI application, as a server does."""

    office: Backoffice

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the application's lifespan."""
        started, stopping, stopped = asyncio.Event(), asyncio.Event(), asyncio.Event()
        first = True

        async def receive() -> dict[str, str]:
            nonlocal first
            if first:
                first = False
                return {"type": "lifespan.startup"}
            await stopping.wait()
            return {"type": "lifespan.shutdown"}

        async def send(message: Any) -> None:
            assert "failed" not in message["type"], message
            (started if message["type"] == "lifespan.startup.complete" else stopped).set()

        scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        task: asyncio.Future[Any] = asyncio.ensure_future(self.office.app(scope, receive, send))
        waiting: asyncio.Future[Any] = asyncio.create_task(started.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        assert started.is_set(), await task
        try:
            yield
        finally:
            stopping.set()
            await task
