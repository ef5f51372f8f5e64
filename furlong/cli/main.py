"""The entry point of `furlong`: the gateway's commands at once, all others when one of them is asked for."""

from functools import cached_property
from typing import Any

import typer
from typer.core import TyperGroup

from gateway.cli import cli as gateway_cli


class OnDemand(TyperGroup):
    """Imports the product's commands only when needed: a gateway alone takes half the memory."""

    @cached_property
    def _product(self) -> TyperGroup:
        from furlong.cli.product import product  # noqa: PLC0415 - what this class is for

        group = typer.main.get_command(product)
        assert isinstance(group, TyperGroup)  # noqa: S101 - it has many commands
        return group

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name."""
        return super().get_command(ctx, cmd_name) or self._product.get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*self._product.list_commands(ctx), *super().list_commands(ctx)]


app = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A rewards club for betting sites, served as one federated GraphQL graph. "
    "`furlong demo` runs all of it on embedded parts; `furlong settings` lists what can be set.",
)
app.add_typer(gateway_cli, name="gateway")
