"""The reference of all settings, from their classes."""

import inspect
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic_settings import BaseSettings

from furlong.settings import ALL_SETTINGS, ROOT, variables_of

HEAD = """# Settings

Settings are environment variables. `furlong settings` prints the same list, with `--json` for programs.
Secrets are never printed, neither here nor in errors or logs. A variable `FURLONG_…` that is not a
setting is reported with the nearest one. Lists and tables are JSON. This page is generated from the code.
"""


def settings_page() -> str:
    """Return the page, in Markdown."""
    return "\n".join([HEAD, *(line for each in ALL_SETTINGS for line in _section(each))])


def _section(settings: type[BaseSettings]) -> Iterator[str]:
    meaning = inspect.getdoc(settings) or settings.__name__
    prefix = settings.model_config.get("env_prefix", "")
    yield f"## `{prefix}…`: {settings.__name__.removesuffix('Settings')}\n"
    yield f"{meaning}\n"
    for name, field in variables_of(settings):
        variable = f"{prefix}{name}".upper()
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
