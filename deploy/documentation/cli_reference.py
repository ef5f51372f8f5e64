"""The reference of the command line, from the commands themselves: one page for each command or group."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from furlong.cli.main import COMMANDS


def command_pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the Markdown of each page."""
    for name, entry in COMMANDS.items():
        command = entry.load(name)
        yield f"reference/cli/{name}.md", "\n".join(_page(f"furlong {name}", command))


def _page(path: str, command: Any) -> Iterator[str]:
    yield f"# `{path}`\n"
    yield f"{_text(command.help)}\n"
    if not hasattr(command, "commands") or command.invoke_without_command:
        yield from _call(path, command)
    yield from _below(path, command)


def _below(path: str, group: Any) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        whole = f"{path} {name}"
        if not getattr(command, "commands", None) or command.invoke_without_command:
            yield f"## `{whole}`\n"
            yield f"{_text(command.help)}\n"
            yield from _call(whole, command)
        yield from _below(whole, command)


def _call(path: str, command: Any) -> Iterator[str]:
    context = typer.Context(command, info_name=path, help_option_names=["-h", "--help"])
    yield f"```text\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```\n"
    for parameter in command.get_params(context):
        # None: the parameter is hidden.
        if record := parameter.get_help_record(context):
            yield f"`{record[0]}`\n: {_text(record[1])}\n"


def _text(text: str | None) -> str:
    """Return help as Markdown: form feeds end it, and angle brackets are no tags."""
    whole = (text or "").split("\f")[0].replace("\b", "").strip()
    return re.sub(r"([<*\[])", r"\\\1", whole)
