"""The settings of an adapter as a revision decides them: JSON's values, read without the environment."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import Any, Final

import msgspec
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_NAME_LENGTH: Final = 64
NOT_DECLARED: Final = "The adapter has no such setting."


class Source(StrEnum):
    """Where the settings come from that a process uses.

    Attributes:
        APPROVED: A revision that two people decided, as the global topic has it.
        KEPT: The last revision that this adapter could use, as its state has it.
        ENVIRONMENT: The environment of its process: no revision is known, or none could be used.
    """

    APPROVED = "approved"
    KEPT = "kept"
    ENVIRONMENT = "environment"


class RefusedRevision(msgspec.Struct, frozen=True):
    """A revision that a process does not use, and why; never with a secret."""

    revision: int
    reason: str


class ConfigurationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration that a process uses.

    Attributes:
        revision: Its number in the back office; 1 for that of the environment.
        source: See `Source`; others come from a newer version.
        digest: Of the settings: equal for equal settings.
        refused: A newer revision that it cannot use.
    """

    revision: int
    source: str
    digest: str
    refused: RefusedRevision | None = None


class UnusableSettings(Exception):
    """Settings are not those that an adapter declares.

    Attributes:
        problems: What is wrong, by setting; the name is empty if several are wrong together.
    """

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{name}: {says}" if name else says for name, says in problems))


def read_configuration(declared: type[BaseSettings], fields: Mapping[str, Any]) -> BaseSettings:
    """Return the settings of a configuration; those that it does not name have their defaults.

    Raises:
        UnusableSettings: The adapter of this version has no such settings, or not with these values.
    """
    unknown = sorted(fields.keys() - declared.model_fields.keys())
    if unknown:
        raise UnusableSettings(tuple((name[:MAX_NAME_LENGTH], NOT_DECLARED) for name in unknown))
    try:
        return _without_environment(declared)(**fields)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise UnusableSettings(
            tuple(
                (".".join(str(part)[:MAX_NAME_LENGTH] for part in fault["loc"]), fault["msg"])
                for fault in faults
            )
        ) from None


def settings_fields(settings: BaseSettings) -> dict[str, Any]:
    """Return settings as JSON's values, by name."""
    return settings.model_dump(mode="json")


def digest_of(fields: Mapping[str, Any]) -> str:
    """Return a digest by which two processes can tell whether their settings are equal."""
    return blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()


@cache
def _without_environment(settings: type[BaseSettings]) -> type[BaseSettings]:
    """Return the same settings, which are read from nowhere but what they are made of."""

    def only_given(_: type, __: type, /, **sources: Any) -> tuple[Any, ...]:
        return (sources["init_settings"],)

    body: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": settings.__doc__,
        "model_config": SettingsConfigDict(allow_inf_nan=False),
        "settings_customise_sources": classmethod(only_given),
    }
    return type(f"Given{settings.__name__}", (settings,), body)
