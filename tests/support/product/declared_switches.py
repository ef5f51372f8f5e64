"""What can be switched on, as settings, features and commands declare it; and which test shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from typer.core import TyperGroup

from furlong.cli.main import COMMANDS
from furlong.cli.processes.consume import ANALYTICS
from furlong.database_names import DATABASES
from furlong.settings import ALL_SETTINGS, variables_of
from gateway.settings.feature_list import FEATURES

Test = TypeVar("Test", bound=Callable[..., Any])

SHOWN: Final[dict[str, list[str]]] = {}
"""The tests that show what is switched on, by its name; filled as their modules are imported."""


def shows(*names: str) -> Callable[[Test], Test]:
    """Say what a test shows to work in a process that a command has started.

    Args:
        names: Names of `declared`.
    """

    def marked(test: Test) -> Test:
        test.__dict__["shows"] = names
        for name in names:
            SHOWN.setdefault(name, []).append(test.__name__)
        return test

    return marked


def on_by_default() -> frozenset[str]:
    """Return the variables of settings that are on unless somebody sets them."""
    return frozenset(variable for variable, field in _variables() if _default(field) is True)


def declared() -> Iterator[str]:
    """Yield what a test has to show.

    Each setting that is off unless somebody sets it, or that is on and could be off, by its variable. Each
    further choice of a setting with several, as `VARIABLE=choice`. Each feature, as `feature NAME`. Each
    command that runs until it is stopped, as `furlong NAME`.
    """
    for variable, field in _variables():
        value = _default(field)
        if not value or isinstance(value, bool):
            yield variable
        yield from (f"{variable}={choice}" for choice in _choices(field.annotation) if choice != value)
    yield from (f"feature {entry.name}" for entry in FEATURES)
    yield from processes()


def processes() -> Iterator[str]:
    """Yield the commands that run until they are stopped: they listen, or their help says until when."""
    for name, command in COMMANDS.items():
        for path, each in _leaves(f"furlong {name}", command.load(name)):
            listens = any({"--listen", "--port"} & set(parameter.opts) for parameter in each.params)
            if not listens and not any(word in each.help for word in ("until stopped", "until Ctrl-C")):
                continue
            if path == "furlong consume":
                yield from (f"{path} {consumer}" for consumer in (*DATABASES, ANALYTICS))
            else:
                yield path


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _leaves(f"{path} {name}", each)
    else:
        yield path, command


def _variables() -> Iterator[tuple[str, FieldInfo]]:
    for settings in ALL_SETTINGS:
        yield from ((variable, field) for variable, _, field in variables_of(settings))


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _choices(annotation: Any) -> Iterator[str]:
    """Yield the words of an annotation, also within a mapping, but not those of a model's fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield str(part)
        else:
            yield from _choices(part)
