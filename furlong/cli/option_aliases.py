"""Former names of options, which still work and are not shown."""

from typing import Any, Final

from typer.core import TyperCommand

FORMER_NAMES: Final = {"--why": "--reason"}


class WithFormerNames(TyperCommand):
    """A command whose options may be given by former names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with present names in place of former ones."""
        return super().parse_args(ctx, [_present(each) for each in args])


def _present(argument: str) -> str:
    name, is_assigned, value = argument.partition("=")
    return f"{FORMER_NAMES.get(name, name)}{is_assigned}{value}"
