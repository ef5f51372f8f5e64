"""Help says what a value means, and not by which type it is parsed."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from furlong.cli import app
from furlong.cli.main import COMMANDS
from gateway.cli import cli as gateway

TYPES: Final = re.compile(
    r"<[a-z]+[^>]*>|\b(?:TEXT|INTEGER|FLOAT|BOOLEAN|PATH|INT|STR|int|str|bool|float)\b|[<>]="
)
"""How a library names types and ranges."""


def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield a command and those below it, by their whole names."""
    yield name, command
    for word, found in getattr(command, "commands", {}).items():
        yield from below(found, f"{name} {word}")


def values_of(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield what the help of a command shows in the place of each value."""
    context = typer.Context(command, info_name=name, help_option_names=["-h", "--help"])
    for parameter in command.get_params(context):
        yield f"{name} {parameter.name}", parameter.display_type_rich(context)
        yield f"{name} {parameter.name}", parameter._get_number_range_help_str()


def test_no_help_shows_the_types_of_a_library() -> None:
    """Neither of arguments, options and flags, nor where a number has a range."""
    shown = [
        value
        for group, entry in COMMANDS.items()
        for name, command in below(entry.load(group), group)
        for value in values_of(command, name)
    ]
    assert {name: value for name, value in shown if TYPES.search(value)} == {}
    assert len(shown) > 300


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("demo",), r"--port +0 to 65,535 +Port of the page"),
        (("demo",), r"--data +FOLDER +The folder"),
        (("deadletters", "list"), r"--app +APP +A consumer"),
        (("check",), r"--seconds +0\.1 or more"),
        (("check",), r"--json +Print one JSON array"),
        (("demo",), r"--seed +NUMBER"),
    ],
)
def test_values_are_named_by_what_they_mean(arguments: tuple[str, ...], line: str) -> None:
    """A range in words, a folder, a number, the option's own name; nothing for a flag."""
    shown = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "160"}).output
    assert re.search(line, shown)


def test_the_help_of_the_gateway_alone_is_plain() -> None:
    """`python -m gateway` is a program of its own."""
    runner = CliRunner()
    for arguments in (["--help"], ["serve", "--help"]):
        assert not TYPES.search(runner.invoke(gateway, arguments, env={"COLUMNS": "160"}).output)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("demo", "--port", "many"), "it must be a whole number, 0 to 65,535, not 'many'."),
        (("demo", "--port", "70000"), "it must be a whole number, 0 to 65,535, not '70000'."),
        (("check", "--seconds", "0"), "it must be a number, 0.1 or more, not '0'."),
        (("simulator", "bet", "--type", "round"), "'round' is not one of 'single', 'multiple', 'system'."),
    ],
)
def test_a_wrong_value_is_refused_without_the_words_of_a_library(
    arguments: tuple[str, ...], says: str
) -> None:
    """The message says what the value must be."""
    ended = CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)
    assert (ended.exit_code, f": {says} " in ended.output) == (2, True), ended.output


def test_arguments_are_capitals_and_paragraphs_end_where_the_terminal_does() -> None:
    """Usage has no braces, and a line of the code's docstring is no line of the help."""
    text = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["deadletters", "replay", "-h"]).output
    assert "deadletters replay [OPTIONS] [LETTERS...]" in text
    assert re.search(r"A letter that still cannot be applied stays, with the current reason\.", text)
    assert "[OPTIONS] BRAND WEEK" in CliRunner().invoke(app, ["week", "close", "-h"]).output
