"""The entry point of `furlong`: it imports a command's module only when that command is run."""

import atexit
import gc
import platform
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from furlong.cli.commands import COMMANDS


class OnDemand(TyperGroup):
    """Lists commands without importing them: importing the whole product takes seconds."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - click's signature
        """Return what the help shows for a command; None if there is no such command."""
        command = COMMANDS.get(cmd_name)
        return command and command.stub(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command to run, imported."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, COMMANDS[name].load(name) if name in COMMANDS else stub, rest

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a wrong setting that it has not reported itself ends it with a message."""
        try:
            return super().invoke(ctx)
        except ValueError as error:
            from furlong.cli.diagnosis.explanations import is_of_settings
            from furlong.cli.options import fail

            if not is_of_settings(error):
                raise
            fail(error)


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A rewards club for betting sites, served as one federated GraphQL graph. "
    "`furlong demo` runs all of it on embedded parts; `furlong settings` lists what can be set.",
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(f"furlong {version('furlong')} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback()
def furlong(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the version of Furlong and of Python.",
        ),
    ] = False,
) -> None:
    """Make `furlong` a group of commands."""
    # At exit the interpreter collects garbage several times: that takes seconds after a demo, and finds
    # nothing.
    atexit.register(gc.freeze)
