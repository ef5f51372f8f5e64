"""The references of the command line and of all settings, from the commands and classes themselves."""

import inspect
import re
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel

from furlong.cli.main import COMMANDS
from furlong.settings import ALL_SETTINGS, ROOT, prefix_of, variables_of

HEAD = """# Settings

Settings are environment variables. `furlong settings` prints the same list, with `--json` for programs.
Secrets are never printed, neither here nor in errors or logs. A variable `FURLONG_…` that is not a
setting is reported with the nearest one. Lists and tables are JSON. This page is generated from the code.
"""


def settings_page() -> str:
    """Return the page, in Markdown."""
    return "\n".join([HEAD, *(line for each in ALL_SETTINGS for line in _section(each))])


def _section(settings: type[BaseModel]) -> Iterator[str]:
    meaning = inspect.getdoc(settings) or settings.__name__
    yield f"## `{prefix_of(settings)}…`: {settings.__name__.removesuffix('Settings')}\n"
    yield f"{meaning}\n"
    for variable, _, field in variables_of(settings):
        default = _shown(field.get_default(call_default_factory=True))
        yield f"(setting-{variable.lower()})=\n`{variable}`\n: {_sentence(field.description)}"
        yield f"\n  {_kind(field.annotation)}; {default}\n"


def _sentence(description: str | None) -> str:
    text = (description or "").replace("<", "\\<").replace("*", "\\*").replace("|", "\\|")
    return text if text.endswith(".") or not text else f"{text}."


def _shown(default: object) -> str:
    if default is None or default in ("", (), {}, []):
        return "not set by default."
    return f"default `{str(default).replace(str(ROOT), '.')}`."


def _kind(annotation: Any) -> str:
    """Return what a value looks like, in words."""
    origin = get_origin(annotation)
    if origin is Literal:
        return "One of " + ", ".join(f"`{each}`" for each in get_args(annotation))
    if origin in (Union, UnionType):
        return _kind(next(each for each in get_args(annotation) if each is not type(None)))
    if origin is not None and hasattr(origin, "__metadata__"):
        return _kind(get_args(annotation)[0])
    if origin in (tuple, list, frozenset, set):
        return "A JSON list"
    if origin is dict or (origin is not None and "Mapping" in str(origin)):
        return "A JSON object"
    known = {
        "bool": "`true` or `false`",
        "int": "A whole number",
        "float": "A number",
        "Path": "A path",
        "SecretStr": "A secret",
    }
    return known.get(getattr(annotation, "__name__", ""), "Text")


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
