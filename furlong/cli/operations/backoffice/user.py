"""`furlong backoffice user …`: the accounts of the back office."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from furlong.cli.command_work import run
from furlong.cli.json_lists import AsJson, echo_json, echo_table
from furlong.cli.operating_person import As, operating_person
from furlong.cli.options import backoffice_settings, database_settings, fail, product_clock

if TYPE_CHECKING:
    from backoffice.base import Base
    from backoffice.identity.account import Account
    from backoffice.identity.users import Roles

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, help="Accounts: add, list, disable, enable, reset, roles.")
Login = Annotated[str, typer.Argument(help="The login.")]
RoleOption = Annotated[
    list[str], typer.Option("--role", metavar="ROLE[@BRAND]", help="A role; without a brand, for all.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the audit log.")]


@cli.command()
def add(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: RoleOption,
    person: Annotated[
        str | None,
        typer.Option(help="The login or address of the human being, if they have several accounts."),
    ] = None,
    as_: As = None,
) -> None:
    """Add an account: a link is sent to the login, or the initial password is printed."""
    from backoffice.identity.account import NewAccount

    new = NewAccount(login, name, _roles(role), person)
    account, password = _run(lambda base: base.accounts.add(operating_person(as_), new))
    typer.echo(f"Added {account.user.login}. {_given(password)}")


@cli.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List the accounts with their roles."""
    accounts = _run(_all)
    if as_json:
        echo_json(
            {
                "login": account.user.login,
                "name": account.user.name,
                "person": account.user.person,
                "status": account.user.status.value,
                "second_factor": account.user.totp_confirmed,
                "roles": _names(account.roles),
            }
            for account in accounts
        )
        return
    rows = [
        (account.user.login, account.user.name, account.user.status.value, ", ".join(_names(account.roles)))
        for account in accounts
    ]
    echo_table(("login", "name", "status", "roles"), rows, nothing="There are no accounts.")


@cli.command()
def disable(login: Login, *, reason: Reason, as_: As = None) -> None:
    """Disable an account; its sessions end at once."""
    _set_status(login, "disabled", reason, as_)


@cli.command()
def enable(login: Login, *, reason: Reason, as_: As = None) -> None:
    """Enable an account again."""
    _set_status(login, "active", reason, as_)


@cli.command()
def reset(login: Login, *, reason: Reason, as_: As = None) -> None:
    """Replace lost credentials: by a link, or a new initial password; the second factor is set up again."""

    async def work(base: Base) -> tuple[Account, str | None]:
        account = await _account(base, login)
        return await base.accounts.reset(operating_person(as_), account.user.user_id, reason)

    account, password = _run(work)
    typer.echo(f"Reset {account.user.login}; its sessions have ended. {_given(password)}")


@cli.command()
def roles(login: Login, *, role: RoleOption, reason: Reason, as_: As = None) -> None:
    """Replace the roles of an account: name all that it is to have."""

    async def work(base: Base) -> Account:
        account = await _account(base, login)
        return await base.accounts.set_roles(
            operating_person(as_), account.user.user_id, _roles(role), account.user.revision, reason
        )

    account = _run(work)
    typer.echo(f"{account.user.login}: {', '.join(_names(account.roles))}")


def _set_status(login: str, status: str, reason: str, person: str | None) -> None:
    from backoffice.identity.users import UserStatus

    async def work(base: Base) -> Account:
        account = await _account(base, login)
        return await base.accounts.set_status(
            operating_person(person), account.user.user_id, UserStatus(status), account.user.revision, reason
        )

    account = _run(work)
    typer.echo(f"{account.user.login} is {account.user.status.value}.")


def _given(password: str | None) -> str:
    if password is None:
        return "A link to set it up was sent to that address."
    return f"Initial password: {password}"


async def _all(base: Base) -> list[Account]:
    accounts: list[Account] = []
    while page := await base.accounts.by_login(
        operating_person(None), 100, accounts[-1].user.login if accounts else None
    ):
        accounts.extend(page)
    return accounts


async def _account(base: Base, login: str) -> Account:
    from backoffice.identity import users

    async with base.database.read() as connection:
        user = await users.with_login(connection, login)
    if user is None:
        fail(f"there is no account {login!r}: `furlong backoffice user list` shows them")
    return await base.accounts.find(operating_person(None), user.user_id)


def _run(work: Callable[[Base], Coroutine[Any, Any, T]]) -> T:
    from backoffice.areas import AREAS
    from backoffice.base import create_base

    async def based() -> T:
        base = create_base(database_settings(), backoffice_settings(), product_clock())
        # Areas register their kinds of proposals, which lapse with an account.
        areas = [kind(base) for kind in AREAS]
        try:
            return await work(base)
        finally:
            for area in areas:
                await area.close()
            await base.database.close()

    return run(based(), ValueError)


def _roles(given: list[str]) -> Roles:
    from backoffice.access import Role
    from subgraphs.kit.domain.keys import ALL_BRANDS

    roles: dict[str, set[Role]] = {}
    for text in given:
        name, _, brand = text.partition("@")
        try:
            roles.setdefault(brand or ALL_BRANDS, set()).add(Role(name))
        except ValueError:
            fail(f"there is no role {name!r}; there are {', '.join(role.value for role in Role)}")
    return {brand: frozenset(held) for brand, held in roles.items()}


def _names(roles: Roles) -> list[str]:
    return [
        role.value if brand == "*" else f"{role.value}@{brand}"
        for brand, held in sorted(roles.items())
        for role in sorted(held, key=lambda role: role.value)
    ]
