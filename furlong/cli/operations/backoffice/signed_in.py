"""Commands that act for somebody: who signs in at the terminal, as on the screens.

The four-eyes rule applies on the command line, too: no option lets a person act as somebody else.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from furlong.cli.command_work import run
from furlong.cli.options import (
    backoffice_settings,
    database_settings,
    fail,
    fulfilment_settings,
    product_clock,
    stream_settings,
)

if TYPE_CHECKING:
    from backoffice.access import Actor
    from backoffice.base import Base

T = TypeVar("T")


def _ask(what: str, *, hidden: bool = False) -> str:
    """Ask on stderr, because standard output is the command's result."""
    if hidden:
        return str(typer.prompt(what, hide_input=True, err=True))
    typer.echo(f"{what}: ", err=True, nl=False)
    # The built-in `input` would write to standard output.
    typed = sys.stdin.readline()
    if not typed:
        fail(f"nobody is signed in: standard input has ended before “{what}”")
    return typed.strip()


def _ask_user() -> str:
    database_settings()  # nobody is asked for anything where there is nobody to sign in
    return _ask("User")


User = Annotated[
    str,
    typer.Option(
        "--user",
        default_factory=_ask_user,
        show_default="asked for",
        help="Your login; password and code are asked for.",
    ),
]


def run_as(user: str, work: Callable[[Base, Actor], Awaitable[T]], *, step_up: bool = False) -> T:
    """Sign somebody in, do some work as them, and sign them out; say in words what is refused.

    With `step_up`, the second factor is asked for again: a code works once.
    """
    from backoffice.base import create_base

    databases = database_settings()
    password = _ask("Password", hidden=True)
    code = _ask("Code of the authenticator")
    again = _ask("The authenticator's next code") if step_up else None

    async def signed_in() -> T:
        base = create_base(
            databases,
            backoffice_settings(),
            product_clock(),
            stream_settings(),
            fulfilment_settings(),
        )
        try:
            return await _signed_in(base, (user, password, code, again), work)
        finally:
            await base.database.close()

    return run(signed_in(), ValueError)


async def _signed_in(
    base: Base, credentials: tuple[str, str, str, str | None], work: Callable[[Base, Actor], Awaitable[T]]
) -> T:
    from backoffice.errors import NotSignedIn
    from backoffice.identity.sessions import Origin, Stage

    user, password, code, again = credentials
    origin = Origin("local", "furlong")
    ticket = await base.sign_in.with_password(user, password, origin)
    current = await base.sign_in.authenticate(ticket.token, origin.address)
    if current is None or current.session.stage is not Stage.FACTOR:
        raise NotSignedIn
    ticket = await base.sign_in.with_code(current, code, origin)
    current = await base.sign_in.authenticate(ticket.token, origin.address)
    if current is None or current.session.stage is not Stage.FULL:
        raise NotSignedIn
    if again is not None:
        ticket = await base.sign_in.step_up(current, again, origin)
        current = await base.sign_in.authenticate(ticket.token, origin.address) or current
    try:
        return await work(base, current.actor)
    finally:
        await base.sign_in.sign_out(current)
