"""The demo's back office: on a port of its own, with a ready account for each role, and work to do.

Goodwill budgets are set by two people, as an operator's risk team would; a text waits for the approver.
"""

import asyncio
import errno
import json
import secrets
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyotp
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from analytics.settings import AnalyticsSettings
from backoffice.access import Actor, Role
from backoffice.app import Backoffice, create_backoffice
from backoffice.approvals import repository as proposals
from backoffice.base import Base, create_base
from backoffice.content.area import ContentArea
from backoffice.content.revisions.document import ContentKey
from backoffice.errors import Invalid
from backoffice.identity import users
from backoffice.identity.account import NewAccount
from backoffice.identity.accounts import Accounts
from backoffice.identity.credentials import givers
from backoffice.identity.credentials.second_factor import unused_code
from backoffice.lobby.area import LobbyArea
from backoffice.settings import BackofficeSettings
from backoffice.support.area import SupportArea
from backoffice.support.goodwill import repository
from backoffice.support.goodwill.budget import EVERY_WEEK, GoodwillBudgetKey, GoodwillLimits
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from furlong.analytics_questions import StoreQuestions
from furlong.analytics_reports import report_source
from furlong.demo.casino.lobbies import LOBBY_REASON, lobby_in
from furlong.demo.ready_file import DemoAccount, DemoBackoffice
from furlong.demo.routes import own_pages_only
from furlong.demo.tokens import backoffice_key
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.settings import ServeSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.given_settings import GivenSettings

ACCOUNTS_FILE: Final = "backoffice-accounts.json"
LAST_PORT: Final = 65535
READY_ACCOUNTS: Final = "/backoffice/ready-accounts"
DEMO: Final = Actor(
    "demo", "demo", "The demo", "demo", "local", {ALL_BRANDS: frozenset({Role.ADMINISTRATOR})}
)
SECOND: Final = (Role.SUPPORT, Role.RISK, Role.FINANCE, Role.TRADER, Role.OPERATOR)
"""The roles in which one person approves what another one of the same role proposes."""

QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""Weak parameters: the demo's passwords are in its ready file. The first sign-in hashes them as usual."""


@asynccontextmanager
async def running_backoffice(
    database: DatabaseSettings,
    data: Path,
    clock: Clock,
    stream: StreamSettings,
    fulfilment: FulfilmentSettings,
    *,
    given: GivenSettings,
    listener: socket.socket,
    docs: str,
    brand: str,
) -> AsyncIterator[DemoBackoffice]:
    """Serve the back office on a listening socket for the duration of the block.

    Its screens link to the documentation at `docs`, unless that is empty, and show `brand` first.
    """
    settings = _settings(data)
    settings = settings.model_copy(
        update={"docs_url": settings.docs_url or docs, "first_brand": settings.first_brand or brand}
    )

    def asked() -> AnalyticsSettings:
        return AnalyticsSettings(folder=data / "analytics")

    office = create_backoffice(
        database,
        settings,
        clock,
        ServeSettings().page / "backoffice",
        stream=stream,
        fulfilment=fulfilment,
        given=given,
        ready_accounts=READY_ACCOUNTS,
        reports=report_source(asked, clock),
        questions=StoreQuestions(asked, clock),
    )
    accounts = _accounts(data)
    for account in accounts:
        await add_account(office.base, account, (Role(account.role),))
    front = with_ready_accounts(office, accounts)
    url = backoffice_url(listener)
    async with serving(front, listener, own_names_only()):
        yield DemoBackoffice(url=url, accounts=tuple(accounts))


async def give_everybody_work(
    database: DatabaseSettings, data: Path, clock: Clock, stream: StreamSettings, *, has_casino: bool
) -> None:
    """Set a goodwill budget and the lobby of each brand that has none, and submit a text, the first time.

    The brands and the accounts exist.
    """
    base = create_base(database, _settings(data), clock, stream)
    try:
        await set_goodwill_budgets(base)
        if has_casino:
            await set_lobbies(base)
        await submit_text(base)
    finally:
        await base.database.close()


def listen_for_backoffice(port: int | None, demo_port: int) -> socket.socket:
    """Return the socket that the back office listens on.

    Args:
        port: Its port, 0 for a free one; None for the same one beside the demo's at each start, unless that
            is in use.
        demo_port: The demo's port, 0 for a free one.

    Raises:
        OSError: The port is in use.
    """
    if port is None:
        beside = demo_port + 100
        with suppress(OSError):
            return listen("127.0.0.1", beside if demo_port and beside <= LAST_PORT else 0)
        return listen("127.0.0.1", 0)
    try:
        return listen("127.0.0.1", port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        in_use = f"port {port} of the back office is in use: choose another by --backoffice-port"
        raise OSError(in_use) from error


def with_ready_accounts(office: Backoffice, accounts: Sequence[DemoAccount]) -> ASGIApp:
    """Put the demo's accounts in front of the back office: a page signs in with one by a click.

    The page signs in as everybody does, by the password and a code that are given here.
    """
    by_user = {account.user: account for account in accounts}

    async def get_accounts(_request: Request) -> Response:
        return JSONResponse([{"role": account.role, "user": account.user} for account in accounts])

    async def post_credentials(request: Request) -> Response:
        account = by_user.get(request.path_params["user"])
        if account is None:
            raise HTTPException(404)
        return JSONResponse({"password": account.password, "code": await code_of(office.base, account)})

    listing = Starlette(
        routes=[
            Route(READY_ACCOUNTS, own_pages_only(get_accounts)),
            Route(f"{READY_ACCOUNTS}/{{user}}", own_pages_only(post_credentials), methods=["POST"]),
        ]
    )

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        is_listing = scope["type"] == "http" and scope["path"].startswith(READY_ACCOUNTS)
        await (listing if is_listing else office.app)(scope, receive, send)

    return front


async def code_of(base: Base, account: DemoAccount) -> str:
    """Return a code of an account that is accepted now; wait for one if all of them are used.

    Raises:
        LookupError: There is no such account any more.
    """
    async with base.database.read() as connection:
        user = await users.with_login(connection, account.user)
    if user is None:
        raise LookupError(f"the demo has no account {account.user}")
    code, seconds = unused_code(account.totp, base.clock.machine.now(), user.totp_last_step)
    await asyncio.sleep(seconds)
    return code


def _settings(data: Path) -> BackofficeSettings:
    settings = BackofficeSettings()
    if settings.key.get_secret_value():
        return settings
    return settings.model_copy(update={"key": SecretStr(backoffice_key(data))})


def backoffice_url(listener: socket.socket) -> str:
    """Return where the back office of a port is."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}/backoffice/"


def redirects(url: str) -> list[Route]:
    """Return the routes that redirect `/backoffice` on the demo's own port to the back office."""

    async def redirect(_request: Request) -> RedirectResponse:
        return RedirectResponse(url)

    return [Route(path, redirect) for path in ("/backoffice", "/backoffice/")]


def _accounts(data: Path) -> Sequence[DemoAccount]:
    """Return the accounts of a data folder; those that it lacks are made up, readable only by the owner."""
    path = data / ACCOUNTS_FILE
    path.touch(mode=0o600)
    accounts = [DemoAccount.model_validate(record) for record in json.loads(path.read_text() or "[]")]
    users = {account.user for account in accounts}
    wanted = [(role, f"{role.value}@demo.example") for role in Role]
    wanted += [(role, f"{role.value}-2@demo.example") for role in SECOND]
    made = [
        DemoAccount(
            role=role.value, user=user, password=secrets.token_urlsafe(12), totp=pyotp.random_base32()
        )
        for role, user in wanted
        if user not in users
    ]
    if made:
        path.write_text(json.dumps([account.model_dump() for account in (*accounts, *made)], indent=2))
    return [*accounts, *made]


async def add_account(base: Base, account: DemoAccount, roles: Iterable[Role]) -> None:
    """Add an account with roles for all brands, ready to sign in, unless it is there already."""
    async with base.database.read() as connection:
        known = await users.with_login(connection, account.user)
    if known is None:
        granted = {ALL_BRANDS: frozenset(roles)}
        name = f"Demo {account.user.partition('@')[0]}"
        added, _ = await _quick(base.accounts).add(DEMO, NewAccount(account.user, name, granted))
        async with base.database.write() as connection:
            await _set_up(connection, base, added.user.user_id, account)
        return
    async with base.database.write() as connection:  # an upgrade takes a user of the machine for their giver
        await givers.forget(connection, known.user_id)
        present = (await users.roles_of(connection, [known.user_id]))[known.user_id]
        now = base.sign_in.now()
        await users.set_roles(connection, known.user_id, present, DEMO.user_id, now, confirmed=present.keys())


def _quick(accounts: Accounts) -> Accounts:
    """Return accounts that hash quickly: the initial passwords are replaced before anybody sees them."""
    passwords = replace(accounts.issuer.passwords, hasher=QUICK)
    return replace(accounts, issuer=replace(accounts.issuer, passwords=passwords))


async def _set_up(connection: AsyncConnection, base: Base, user_id: str, account: DemoAccount) -> None:
    """Give an account its password and second factor, so that it is ready, as if its owner had done so."""
    await givers.forget(connection, user_id)
    await users.change(
        connection,
        user_id,
        base.sign_in.now(),
        password_hash=QUICK.hash(account.password),
        password_expired=False,
        totp_secret=base.sign_in.keys.encrypt(account.totp),
        totp_confirmed=True,
    )


LIMITS: Final = GoodwillLimits(amount_minor=50_000, customer_minor=2_000, agent_minor=20_000)
SUPPORT: Final = Actor("demo", "demo", "The demo", "demo", "local", {ALL_BRANDS: frozenset({Role.SUPPORT})})
RISK: Final = ("risk@demo.example", "risk-2@demo.example")
EDITOR: Final = "editor@demo.example"
APPROVER: Final = "approver@demo.example"


async def set_goodwill_budgets(base: Base) -> None:
    """Set a budget for each brand and currency that never had one."""
    parts = SupportArea(base)
    try:
        raises, approves = [await _actor(base, user, Role.RISK) for user in RISK]
        for brand in await parts.customers.brands(SUPPORT):
            async with base.database.read() as connection:
                currencies = {
                    budget.key.currency for budget in await repository.set_budgets(connection, brand.id)
                }
            for currency in sorted(set(brand.currencies) - currencies):
                key = GoodwillBudgetKey(brand.id, currency, EVERY_WEEK)
                proposal = await parts.goodwill_budgets.set(raises, key, LIMITS, "the demo's budget")
                if proposal is not None:
                    await _approve(base, approves, proposal)
    finally:
        await parts.close()


async def set_lobbies(base: Base) -> None:
    """Set the lobby of each brand that never had one of its own."""
    area = LobbyArea(base)
    try:
        editor, approver = (
            await _actor(base, EDITOR, Role.EDITOR),
            await _actor(base, APPROVER, Role.APPROVER),
        )
        for brand in await area.reading.sources.known.brand_ids():
            decided = await area.reading.find(editor, brand)
            if not decided.revision:
                lobby = lobby_in(decided.brand.locales)
                proposal = await area.editing.propose(editor, brand, lobby, seen=0, reason=LOBBY_REASON)
                await _approve(base, approver, proposal)
    finally:
        await area.close()


TEXT_OF: Final = ContentKey("northbet", "bb-25")
LOCALE: Final = "en-GB"
SUMMARY: Final = "25% more winnings on one bet of up to £20: you choose the bet."
REASON: Final = "Customers ask which bet the boost is for: they choose it."


async def submit_text(base: Base) -> None:
    """Let the editor submit a text that waits for the approver, where only the shipped one is written."""
    area = ContentArea(base)
    try:
        editor = await _actor(base, EDITOR, Role.EDITOR)
        item = await area.service.item(editor, TEXT_OF)
        if item is None or item.newest_revision > 1 or item.published is None:
            return
        document = item.published.document.as_json()
        if text := document["texts"].get(LOCALE):
            text["summary"] = SUMMARY
            draft = await area.editing.save(editor, TEXT_OF, document, item.version)
            with suppress(Invalid):  # in a world of one's own, lint may refuse the text
                await area.editing.submit(editor, TEXT_OF, draft.version, REASON)
    finally:
        await area.close()


async def _actor(base: Base, login: str, role: Role) -> Actor:
    """Return somebody of a role who has just stepped up."""
    async with base.database.read() as connection:
        user = await users.with_login(connection, login)
    if user is None:
        raise LookupError(f"the demo has no account {login}")
    until = base.clock.machine.now() + timedelta(minutes=1)
    roles = {ALL_BRANDS: frozenset({role})}
    return Actor(user.user_id, user.person, user.name, "demo", "local", roles, stepped_up_until=until)


async def _approve(base: Base, actor: Actor, proposal_id: str) -> None:
    async with base.database.read() as connection:
        proposal = await proposals.find(connection, proposal_id)
    if proposal is not None:
        await base.approvals.approve(
            actor, proposal.proposal_id, proposal.content_hash, base.clock.machine.now()
        )
