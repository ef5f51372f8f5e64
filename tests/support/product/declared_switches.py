"""What can be switched on, as settings, features and commands declare it; and which test shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from consumers.feeds.settings import known
from furlong.cli.main import COMMANDS
from furlong.cli.processes.consume import ANALYTICS
from furlong.settings import ALL_SETTINGS, variables_of
from furlong.subgraph_names import DATABASES
from gateway.feature_list import FEATURES

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
    return frozenset(
        f"{settings.model_config.get('env_prefix', '')}{name}".upper()
        for settings in ALL_SETTINGS
        for name, field in variables_of(settings)
        if field.get_default(call_default_factory=True) is True
    )


def declared() -> Iterator[str]:
    """Yield what a test has to show.

    Each setting that is off unless somebody sets it, or that is on and could be off, by its variable. Each
    further choice of a setting with several, as `VARIABLE=choice`. Each feature of the gateway, as
    `feature NAME`. Each command that serves or works until it is stopped, and each feed.
    """
    for settings in ALL_SETTINGS:
        prefix = settings.model_config.get("env_prefix", "")
        for name, field in variables_of(settings):
            yield from _switches(f"{prefix}{name}".upper(), field)
    yield from (f"feature {entry.name}" for entry in FEATURES)
    yield from commands()


def _switches(variable: str, field: FieldInfo) -> Iterator[str]:
    default = field.get_default(call_default_factory=True)
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    if not value or isinstance(value, bool):
        yield variable
    yield from (f"{variable}={choice}" for choice in _choices(field.annotation) if choice != value)


def _choices(annotation: Any) -> Iterator[str]:
    """Yield the words of an annotation, also within a mapping, but not those of a model's fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield str(part)
        else:
            yield from _choices(part)


def commands() -> Iterator[str]:
    """Yield the commands that run until they are stopped: those that can listen."""
    for name, command in COMMANDS.items():
        for path, found in _below(command.load(name), name):
            if any("--listen" in parameter.opts for parameter in found.params):
                yield from (f"furlong {path}{argument}" for argument in ARGUMENTS.get(path, ("",)))


ARGUMENTS: Final[Mapping[str, Sequence[str]]] = {
    "consume": [f" {name}" for name in (*DATABASES, ANALYTICS)],
    "worker feeds": [f" {name}" for name in known()],
}
"""The arguments of the commands that have a choice of what to do."""


def _below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the commands of a group at all depths, or the command itself, with what is typed for each."""
    group = getattr(command, "commands", None)
    if group is None:
        yield path, command
    for name, each in (group or {}).items():
        yield from _below(each, f"{path} {name}")
