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
from pathlib import Path
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
    f"FURLONG_{name}"
    for name in (
        "DEV_URL",
        "NIGHTLY",
        "REQUIRE_SERVICES",
        "SHUFFLE",
        "TORTURE",
        "TORTURE_SEED",
        "UNSTABLE_TESTS",
    )
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


ABSENT: Final = 1049
MISSING: Final = frozenset({1054, 1146})
"""MySQL's codes for an unknown database, and for an unknown column and table."""

UNREACHABLE: Final = frozenset({2002, 2003, 2005, 2006, 2013, 1040, 1047, 1053})
REFUSED: Final = frozenset({1044, 1045, 1142, 1698})


def no_data(places: str | None) -> str:
    """Return where no data was found, and how to get some.

    Args:
        places: The URLs that the settings name; None if they name none, and no demo runs in this folder.
    """
    if places is not None:
        return _no_data_at(f"FURLONG_DATABASE_URL={without_credentials(places)}")
    return (
        f"no data found: no demo runs in {Path.cwd()}, and FURLONG_DATABASE_URL isn't set\n"
        "  To try it, run `furlong demo` here (in a clone: `make demo`), or run this where a demo runs.\n"
        "  For an installation, set FURLONG_DATABASE_URL; `furlong db upgrade` creates the databases."
    )


def _no_data_at(at: str) -> str:
    return f"no data found at {at}: correct it, or run `furlong db upgrade` to create the databases"


def explain_database_error(error: DBAPIError, at: str) -> str:
    """Return what went wrong and what helps; suggest an upgrade only if tables or columns are missing.

    Args:
        error: What the database or its driver says.
        at: The setting that says where the database is, with its value without credentials if that is named.
    """
    cause = error.orig
    code = cause.args[0] if cause is not None and cause.args else None
    message = str(cause)
    if code == ABSENT:
        return _no_data_at(at)
    if code in MISSING or "no such table" in message or "no such column" in message:
        return "the database lacks tables of this version: run `furlong db upgrade`"
    if code in UNREACHABLE or "unable to open database file" in message:
        return f"the database isn't answering at {at}: check that it is running, then try again"
    if code in REFUSED:
        return f"the database doesn't let this user in: check user, password and privileges in {at}"
    return f"the database at {at} couldn't do this"


def technical_line(error: object) -> str:
    """Return the words of the library behind an explanation, without credentials, or nothing."""
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import DBAPIError

    match error:
        case DBAPIError():
            return without_credentials(str(error.orig))
        case KafkaError():
            return without_credentials(repr(error))
    return ""


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
    from sqlalchemy.exc import DBAPIError

    match error:
        case ValueError() if (of_settings := _explain_if_of_settings(error)) is not None:
            return of_settings
        case DBAPIError():
            return explain_database_error(error, f"FURLONG_DATABASE_URL={without_credentials(database())}")
        case KafkaError():
            return _explain_kafka(error, kafka())
        case OSError():
            return _explain_system(error)
    return without_credentials(str(error) or repr(error))


def _explain_if_of_settings(error: ValueError) -> str | None:
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    match error:
        case ValidationError():
            return explain_settings(error, _settings_named(error.title))
        case SettingsError():
            return explain_unreadable(error)
    return None


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
        return f"{name}: {_fault(item)}"
    shown = without_credentials(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")
    return f"{name}={shown}: {_fault(item)}"


FAULTS: Final = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "missing": "isn't set",
    "extra_forbidden": "is no setting",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}
"""What is wrong with a value, by the kind of fault; all others have a sentence of their own."""


def _fault(item: ErrorDetails) -> str:
    """Return what is wrong with a value, in our words."""
    known = FAULTS.get(item["type"])
    if known is None:
        return item["msg"].removeprefix("Value error, ")
    return known.format_map(item.get("ctx", {}))


def _is_secret(settings: type[BaseModel], location: tuple[Any, ...]) -> bool:
    """Tell whether a setting may hold a secret: by its type, or because no single field is at fault."""
    field = settings.model_fields.get(str(location[0])) if location else None
    return field is None or "Secret" in str(field.annotation)


def _explain_kafka(error: KafkaError, kafka: str) -> str:
    from aiokafka.errors import BrokerResponseError, KafkaConnectionError, NodeNotReadyError

    at = f"FURLONG_KAFKA_BOOTSTRAP={kafka}"
    match error:
        case KafkaConnectionError() | NodeNotReadyError():
            return f"Kafka isn't answering at {at}: check that it is running, then try again"
        case BrokerResponseError(description=str(says)) if says:
            return f"Kafka at {at} refused this: {says.strip().rstrip('.')}"
    return f"Kafka at {at} couldn't do this"


_CONNECTION: Final = re.compile(r"Connect call failed \('([^']+)', (\d+)")


def _explain_system(error: OSError) -> str:
    """Return what the operating system refused: of which file, at which address."""
    if error.errno == errno.EADDRINUSE:
        text = without_credentials(str(error))
        return f"{text}: stop what uses it, or choose another port by --listen"
    if found := _CONNECTION.search(str(error)):
        return f"nothing is answering at {found[1]}:{found[2]}: check that it is running, then try again"
    if error.strerror and error.filename is not None:
        return without_credentials(f"{error.filename}: {error.strerror[:1].lower()}{error.strerror[1:]}")
    return without_credentials(error.strerror or str(error) or repr(error))
