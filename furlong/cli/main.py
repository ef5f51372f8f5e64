"""The entry point of `furlong`: it imports a command's module only when that command is run."""

import atexit
import gc
from typing import Any

import typer
from typer.core import TyperGroup

from furlong.cli.commands import COMMANDS


class OnDemand(TyperGroup):
    """Lists commands without importing them: importing the whole product takes seconds."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - click's signature
        """Return what help shows of a command; None if there is no such command."""
        command = COMMANDS.get(cmd_name)
        return command and command.stub(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command to run, imported."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, COMMANDS[name].load(name) if name in COMMANDS else stub, rest


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A rewards club for betting sites, served as one federated GraphQL graph. "
    "`furlong demo` runs all of it on embedded parts; `furlong settings` lists what can be set.",
)


@app.callback()
def furlong() -> None:
    """Make `furlong` a group of commands."""
    # The interpreter collects several times while it ends, which takes a demo seconds and finds nothing.
    atexit.register(gc.freeze)
