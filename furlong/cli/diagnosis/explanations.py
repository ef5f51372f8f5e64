"""Errors in words that name the setting and its value, but no secret, and say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from furlong.cli.diagnosis.database_errors import explain_database_error
from furlong.cli.diagnosis.environment import set_variables

if TYPE_CHECKING:
    from aiokafka.errors import KafkaError
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails
    from pydantic_settings import BaseSettings, SettingsError

CREDENTIALS: Final = re.compile(r"//(?!USER:PASSWORD@)[^/@\s]*@")
SHOWN_CHARACTERS: Final = 80


def without_credentials(text: str) -> str:
    """Replace user and password in URLs."""
    return CREDENTIALS.sub("//***@", text)


def explain(error: object, database: Callable[[], str], kafka: Callable[[], str]) -> str:
    """Return what went wrong and what helps.

    Args:
        error: An error, or a message.
        database: Gives the URL of the database.
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
            return explain_database_error(error, without_credentials(database()))
        case KafkaError():
            return _explain_kafka(error, kafka())
    return without_credentials(str(error) or repr(error))


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


def explain_settings(error: ValidationError, settings: type[BaseSettings] | None) -> str:
    """Return which settings are wrong, their values unless they are secret, and why."""
    return "; ".join(_explain_setting(each, settings) for each in error.errors())


def explain_unreadable(error: SettingsError) -> str:
    """Return which setting's value, which may be secret, is not JSON; pydantic names only the field."""
    from gateway.settings.file import unreadable_field

    field = unreadable_field(error)
    names = [] if field is None else set_variables(field)
    return f"{' or '.join(names)}: its value is not JSON" if names else str(error)


def _settings_named(name: str) -> type[BaseSettings] | None:
    from furlong.settings import ALL_SETTINGS

    return next((each for each in ALL_SETTINGS if each.__name__ == name), None)


def _explain_setting(item: ErrorDetails, settings: type[BaseSettings] | None) -> str:
    prefix = settings.model_config.get("env_prefix", "") if settings else ""
    name = f"{prefix}{'_'.join(str(part) for part in item['loc'])}".upper()
    value = item["input"]
    if settings is None or not isinstance(value, str) or _is_secret(settings, item["loc"]):
        return f"{name}: {item['msg']}"
    shown = without_credentials(value if len(value) <= SHOWN_CHARACTERS else f"{value[:SHOWN_CHARACTERS]}…")
    return f"{name}={shown}: {item['msg']}"


def _is_secret(settings: type[BaseSettings], location: tuple[Any, ...]) -> bool:
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
