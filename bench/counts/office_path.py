"""The back office's path: the page of a customer, which support opens for every question."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

import pyotp
from pydantic import SecretStr

from backoffice.access import Role
from backoffice.app import create_backoffice
from backoffice.settings import BackofficeSettings
from bench.counts.club import CUSTOMER, NOW, Counted, Request, post, served
from bench.counts.doubles import Client
from bench.fixtures.customers import BRAND, customer_id
from bench.load.http_messages import END
from furlong.demo.backoffice import add_account
from furlong.demo.ready_file import DemoAccount
from furlong.settings import ROOT

OPERATIONS: Final = ROOT / "web" / "backoffice" / "src" / "support" / "operations.ts"
PAGE: Final = (
    OPERATIONS.read_text(encoding="utf-8").partition("export const CUSTOMER = `")[2].partition("`")[0]
)
"""What the page of a customer asks for."""

ACCOUNT: Final = DemoAccount(
    role=Role.SUPPORT.value,
    user="support@office.example",
    password="a password of nobody",  # noqa: S106 - no secret
    totp="A" * 32,
)


@asynccontextmanager
async def office_page(given: Counted) -> AsyncIterator[Request]:
    """The page of a customer by `furlong backoffice serve`: session checked, access recorded."""
    office = create_backoffice(
        given.database,
        BackofficeSettings(key=SecretStr("a key that opens only what is counted")),
        given.clock,
        given.folder / "no-screens",
    )
    await add_account(office.base, ACCOUNT, (Role.SUPPORT,))
    async with served(office.app) as connect:
        client = connect()
        session = await _sign_in(client)
        body = json.dumps({"query": PAGE, "variables": {"id": f"{BRAND}:{customer_id(CUSTOMER)}"}})
        request = post("/backoffice/graphql", body.encode(), *session)

        async def ask(counting: AbstractContextManager[object]) -> None:
            with counting:
                reply = await client.ask(request)
            if b'"countedBets"' not in reply or b'"errors"' in reply:
                raise RuntimeError(f"a wrong reply: {reply[:800]!r}")

        yield ask
        client.close()


async def _sign_in(client: Client) -> tuple[str, str]:
    """Sign in, and return the headers of the session."""
    code = pyotp.TOTP(ACCOUNT.totp).at(NOW)
    given = json.dumps({"user": ACCOUNT.user, "password": ACCOUNT.password, "code": code})
    reply = await client.ask(post("/backoffice/session", given.encode()))
    head, _, content = reply.partition(END)
    start = head.decode().lower().index("set-cookie: ") + len("set-cookie: ")
    cookie = head.decode()[start:].partition(";")[0]
    return f"Cookie: {cookie}", f"X-CSRF-Token: {json.loads(content)['csrfToken']}"
