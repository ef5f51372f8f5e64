"""Who acts when a command changes something in the back office's database, and the option that says so."""

import getpass
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from backoffice.access import Actor, Role


def operating_person(person: str | None) -> "Actor":
    """Return the actor of a command that manages people, as `operator` does."""
    from backoffice.access import Role

    return _actor(person, Role.ADMINISTRATOR, None)


def operator(person: str | None) -> "Actor":
    """Return the actor of an operator's command: the user of the machine, with the name of `--as` beside it.

    Anybody who may run the command has the database's credentials; the audit log shows that it was done here.
    What is typed is a name in the log, and never the person: nobody acts as somebody else by naming them.
    """
    from backoffice.access import Role

    return _actor(person, Role.OPERATOR, datetime.max.replace(tzinfo=UTC))


def _actor(person: str | None, role: "Role", stepped_up_until: datetime | None) -> "Actor":
    from backoffice.access import COMMAND_LINE, Actor
    from subgraphs.kit.domain.keys import ALL_BRANDS

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = f"uid-{os.getuid()}"
    named = (person or user).strip().lower()
    account = f"{COMMAND_LINE}{user}"[:64]
    return Actor(
        user_id=account,
        person=account,
        name=f"{named} (command line, {user}@{socket.gethostname()})"[:200],
        session_id="command-line",
        address="local",
        roles={ALL_BRANDS: frozenset({role})},
        stepped_up_until=stepped_up_until,
    )


__all__ = ["As", "operating_person", "operator"]

As = Annotated[
    str | None,
    typer.Option("--as", metavar="PERSON", help="Your name, for the audit log; by default the OS user."),
]
