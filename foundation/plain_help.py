"""Help of commands that says what a value means, and not by which type of Python it is parsed.

What is wrong with a value is said in the same words.
"""

import inspect
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import typer
from typer.core import TyperGroup

NUMBERS: Final = (int, float)
FOLDERS: Final = ("data", "folder")
"""What options are called whose path is that of a folder."""


class PlainGroup(TyperGroup):
    """A group whose own help, and that of all commands in it, is plain."""

    def __init__(self, **attributes: Any) -> None:
        """Make the commands' help plain."""
        super().__init__(**attributes)
        for command in self.commands.values():
            make_plain(command)

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the group's own options, described plainly."""
        return _plain(super().get_params(ctx))


def make_plain(command: Any) -> None:
    """Let a command, and the commands below it, describe what they take plainly."""
    command.help = command.help and _in_paragraphs(command.help)
    all_of = command.get_params
    command.get_params = lambda ctx: _plain(all_of(ctx))
    for below in getattr(command, "commands", {}).values():
        make_plain(below)


def _in_paragraphs(text: str) -> str:
    """Return a help text whose lines break where the terminal ends, and not where the code's lines do."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        paragraph if "\n " in paragraph or "\n-" in paragraph else paragraph.replace("\n", " ")
        for paragraph in paragraphs
    )


def _plain(parameters: Sequence[Any]) -> list[Any]:
    for parameter in parameters:
        parameter.process_value = partial(_read, parameter)
        if parameter.param_type_name == "argument":
            parameter._usage_display_name = partial(_in_usage, parameter)  # noqa: SLF001 - typer has no other way
            parameter._rich_display_name = partial(_named, parameter)  # noqa: SLF001
            parameter.metavar = parameter.metavar or parameter.name.upper()
        parameter.display_type = partial(_value, parameter)
        parameter._get_number_range_help_str = str  # noqa: SLF001 - the range is said in the value's place
    return list(parameters)


def _value(parameter: Any, context: typer.Context) -> str:
    """Return what to type in the place of a value: choices, a range, or what it is called."""
    kind, is_option = parameter.type_descriptor, parameter.param_type_name == "option"
    if is_option and (parameter.is_flag or parameter.count):
        return ""
    if kind.is_choice:
        return str(type(parameter).display_type(parameter, context)).strip("<>")
    if parameter.min is not None or parameter.max is not None:
        return _range(parameter.min, parameter.max)
    return _called(parameter) if is_option else ""


def _called(option: Any) -> str:
    kind = option.type_descriptor
    if kind.annotation in NUMBERS:
        return "NUMBER"
    if kind.is_path:
        return "FOLDER" if option.name in FOLDERS else "FILE"
    return str(option.name).upper()


def _range(least: float | None, most: float | None) -> str:
    if most is None:
        return f"{least:,} or more"
    return f"up to {most:,}" if least is None else f"{least:,} to {most:,}"


def _in_usage(argument: Any) -> str:
    """Return an argument as a usage line has it: `BRAND`, or `[BRAND]` if it can be left out."""
    return _named(argument) if argument.required else f"[{_named(argument)}]"


def _named(argument: Any) -> str:
    return f"{argument.metavar}{'' if argument.nargs == 1 else '...'}"


def _read(parameter: Any, context: typer.Context, value: Any) -> Any:
    """Return a value as its command takes it.

    Raises:
        typer.BadParameter: It cannot be; the message says what can be, and not which type it would be.
    """
    try:
        return type(parameter).process_value(parameter, context, value)
    except typer.BadParameter as error:
        error.message = _fault(parameter, value, error.message)
        raise


def _fault(parameter: Any, value: Any, words: str) -> str:
    own = words.removeprefix("Value error, ")
    if not own.startswith("Input should be"):
        return own
    limited = parameter.min is not None or parameter.max is not None
    number = "whole number" if parameter.type_descriptor.annotation is int else "number"
    most = f", {_range(parameter.min, parameter.max)}" if limited else ""
    return f"it must be a {number}{most}, not {value!r}."
