"""What is wrong, in words for operators that name the setting and its value, but no secret.

Misspelt environment variables are reported, because they would otherwise be ignored silently.
"""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from aiokafka.errors import KafkaError
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails
    from pydantic_settings import SettingsError
    from sqlalchemy.exc import DBAPIError

PREFIX: Final = "FURLONG_"
NOT_SETTINGS: Final = frozenset(
    {"FURLONG_REQUIRE_SERVICES", "FURLONG_TORTURE", "FURLONG_NIGHTLY", "FURLONG_DEV_URL"}
)
"""Variables of tests and of the page's development server."""


@cache
def report_misspelt_once() -> None:
    """Report variables FURLONG_… that are not settings: in the log if the process has one, else on stderr."""
    if multiprocessing.parent_process() is not None:
        return  # a worker of `furlong serve`: its parent has reported them
    for sentence in unknown_variables():
        if logging.getLogger().handlers:
            logging.getLogger(__name__).warning(sentence)
        else:
            typer.echo(f"furlong: {sentence}", err=True)


def unknown_variables() -> list[str]:
    """Return a sentence for each variable FURLONG_… that is not a setting."""
    found = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)} - NOT_SETTINGS
    if not found:
        return []
    from furlong.settings import listed
    from gateway.settings.file import nearest, renamed_variables

    renamed = renamed_variables()
    variables = [variable for variable, _, _ in listed()]
    return [
        f"{name} is now called {renamed[name]}: the next version will not read the old name"
        if name in renamed
        else f"{name} is no setting and has no effect{nearest(name, variables)}"
        for name in sorted(found - set(variables))
    ]


def set_variables(field: str) -> list[str]:
    """Return the variables of the environment that set a field of this name, of any part."""
    from furlong.settings import ALL_SETTINGS, variable_of

    named = [variable_of(settings, field) for settings in ALL_SETTINGS if field in settings.model_fields]
    return [name for name in os.environ if name.upper() in named]


MISSING: Final = frozenset({1049, 1054, 1146})
"""MySQL's codes for an unknown database, column and table."""

UNREACHABLE: Final = frozenset({2002, 2003, 2005, 2006, 2013, 1040, 1047, 1053})
REFUSED: Final = frozenset({1044, 1045, 1142, 1698})


def explain_database_error(error: DBAPIError, at: str) -> str:
    """Return what went wrong and what helps; suggest an upgrade only if tables or columns are missing.

    Args:
        error: What the database or its driver says.
        at: The setting that says where the database is, with its value without credentials if that is named.
    """
    cause = error.orig
    code = cause.args[0] if cause is not None and cause.args else None
    message = str(cause)
    if code in MISSING or "no such table" in message or "no such column" in message:
        return f"the database says: {message} (`furlong db upgrade` creates what is missing)"
    if code in UNREACHABLE or "unable to open database file" in message:
        return f"the database cannot be reached: {message} (is it running at {at}?)"
    if code in REFUSED:
        return f"the database refuses: {message} (check user and password in {at}, and the user's privileges)"
    return f"the database says: {message}"


CREDENTIALS: Final = re.compile(r"//(?!USER:PASSWORD@)[^/@\s]*@")
SHOWN_CHARACTERS: Final = 80


def without_credentials(text: str) -> str:
    """Replace user and password in URLs."""
    return CREDENTIALS.sub("//***@", text)


def explain(error: object, database: Callable[[], str], kafka: Callable[[], str]) -> str:
    """Return what went wrong and what helps.

    Args:
        error: An error, or a message.
        database: Gives the URLs of the databases.
        kafka: Gives the address of the Kafka brokers.
    """
    if isinstance(error, str):
        return error
    from aiokafka.errors import KafkaError
    from pydantic import ValidationError
    from pydantic_settings import SettingsError
    from sqlalchemy.exc import DBAPIError

    match error:
        case ValidationError():
            return explain_settings(error, _settings_named(error.title))
        case SettingsError():
            return explain_unreadable(error)
        case DBAPIError():
            return explain_database_error(error, f"FURLONG_DATABASE_URL={without_credentials(database())}")
        case KafkaError():
            return _explain_kafka(error, kafka())
    text = without_credentials(str(error) or repr(error))
    in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return f"{text}: stop what uses it, or choose another port by --listen" if in_use else text


def is_of_settings(error: ValueError) -> bool:
    """Tell whether an error is about the value of a setting."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    match error:
        case SettingsError():
            return True
        case ValidationError():
            return _settings_named(error.title) is not None
    return False


def explain_settings(error: ValidationError, settings: type[BaseModel] | None) -> str:
    """Return which settings are wrong, their values unless they are secret, and why."""
    return "; ".join(_explain_setting(fault, settings) for fault in error.errors())


def explain_unreadable(error: SettingsError) -> str:
    """Return which setting's value, which may be secret, is not JSON; pydantic names only the field."""
    field = re.search(r'field "(\w+)"', str(error))
    names = [] if field is None else set_variables(field[1])
    return f"{' or '.join(names)}: its value is not JSON" if names else str(error)


def _settings_named(name: str) -> type[BaseModel] | None:
    from furlong.settings import ALL_SETTINGS

    return next((settings for settings in ALL_SETTINGS if settings.__name__ == name), None)


def _explain_setting(item: ErrorDetails, settings: type[BaseModel] | None) -> str:
    from furlong.settings import variable_at

    name = variable_at(settings, item["loc"])
    value = item["input"]
    if settings is None or not isinstance(value, str) or _is_secret(settings, item["loc"]):
        return f"{name}: {item['msg']}"
    shown = without_credentials(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")
    return f"{name}={shown}: {item['msg']}"


def _is_secret(settings: type[BaseModel], location: tuple[Any, ...]) -> bool:
    """Tell whether a setting may hold a secret: by its type, or because no single field is at fault."""
    field = settings.model_fields.get(str(location[0])) if location else None
    return field is None or "Secret" in str(field.annotation)


def _explain_kafka(error: KafkaError, kafka: str) -> str:
    from aiokafka.errors import KafkaConnectionError, NodeNotReadyError

    if isinstance(error, KafkaConnectionError | NodeNotReadyError):
        return (
            f"Kafka cannot be reached: {str(error) or repr(error)} "
            f"(is it running at FURLONG_KAFKA_BOOTSTRAP={kafka}?)"
        )
    return f"Kafka says: {error!r}"
