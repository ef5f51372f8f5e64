"""The settings, including those of a file, some of which may change while the gateway serves."""

from __future__ import annotations

import re
from pathlib import Path
from types import NoneType, UnionType
from typing import Final, Literal, Union, get_args, get_origin

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gateway.caching.settings import CacheSettings
from gateway.clients.settings import ClientSettings
from gateway.demand.settings import DemandSettings
from gateway.header_rules.settings import HeaderRuleSettings
from gateway.incremental.settings import IncrementalSettings
from gateway.masking.settings import MaskingSettings
from gateway.resilience.settings import ResilienceSettings
from gateway.settings import GatewaySettings
from gateway.settings.compression import CompressionSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.planning import PlanningSettings
from gateway.settings.responses import ResponseSettings
from gateway.settings.subgraphs import SubgraphSettings
from gateway.sources.settings import SettingsFile

PREFIX: Final = "FURLONG_GATEWAY_"

SHOWN_CHARACTERS: Final = 80
"""How much of a wrong value a message shows."""

RELOADED_PARTS: Final[tuple[type[BaseSettings], ...]] = (
    DocumentSettings,
    ClientSettings,
    DemandSettings,
    CacheSettings,
    PlanningSettings,
    IncrementalSettings,
    HeaderRuleSettings,
    SubgraphSettings,
    ResilienceSettings,
    MaskingSettings,
    CompressionSettings,
    ResponseSettings,
)
"""The parts of the settings from which only versions of the graph are built."""

RELOADED: Final = frozenset(name for part in RELOADED_PARTS for name in part.model_fields) | {
    "access",
    "subgraph_tls",
    "debug_header",
    "debug_in_response",
    "reload_seconds",
    "reload_plans",
    "reload_plan_seconds",
    "reload_broken_share",
}
"""The settings that may change while the gateway serves; all others need a restart."""


class SettingsInvalid(ValueError):
    """A setting is wrong or unknown; the message names it, and its value unless that may be secret."""


class _SettingsWithFile(GatewaySettings):
    """Settings whose file may also contain settings of other parts of an installation."""

    model_config = SettingsConfigDict(extra="ignore")


def read_settings(file: Path | None = None) -> GatewaySettings:
    """Return the settings of the environment, which take precedence over those of a file.

    Args:
        file: The file; by default the one that the environment names, if any.

    Raises:
        SettingsInvalid: A setting is wrong, or the file has an unknown setting or cannot be read.
    """
    try:
        file = file or SettingsFile().settings_file
        if file is None:
            return GatewaySettings()
        _refuse_unknown(file)
        return _SettingsWithFile(_env_file=file, _env_file_encoding="utf-8")
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_reason(each) for each in error.errors())) from None
    except SettingsError as error:
        field = unreadable_field(error)
        reason = str(error) if field is None else f"{PREFIX}{field.upper()}: its value is not JSON"
        raise SettingsInvalid(reason) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def reloaded(current: GatewaySettings, fresh: GatewaySettings) -> GatewaySettings:
    """Return the current settings, updated by those fresh ones that may change while the gateway serves."""
    return current.model_copy(update={name: getattr(fresh, name) for name in RELOADED})


def needs_restart(current: GatewaySettings, fresh: GatewaySettings) -> list[str]:
    """Return the names of changed settings that take effect only after a restart."""
    fixed = type(current).model_fields.keys() - RELOADED
    return sorted(
        f"{PREFIX}{name.upper()}" for name in fixed if getattr(current, name) != getattr(fresh, name)
    )


def _refuse_unknown(file: Path) -> None:
    """Refuse misspelt settings.

    Raises:
        SettingsInvalid: The file has a setting of the gateway that does not exist, or a line without a value.
        OSError: The file cannot be read.
    """
    with file.open(encoding="utf-8") as stream:
        values = dotenv_values(stream=stream, interpolate=False)
    for name, value in values.items():
        known = name.upper().removeprefix(PREFIX).lower()
        if name.upper().startswith(PREFIX) and known not in GatewaySettings.model_fields:
            raise SettingsInvalid(f"{file}: there is no setting {name}")
        if value is None:
            raise SettingsInvalid(f"{file}: {name} has no value")


def _reason(error: ErrorDetails) -> str:
    """Return what is wrong with a setting, with its value if no value of its type is a secret."""
    field, *path = map(str, error["loc"] or ("",))
    name = f"{PREFIX}{field.upper()}"
    if not _is_open(GatewaySettings.model_fields.get(field)):
        return f"{'.'.join((name, *path))}: {error['msg']}"
    return f"{name}={str(error['input'])[:SHOWN_CHARACTERS]}: {error['msg']}"


def unreadable_field(error: SettingsError) -> str | None:
    """Return the field whose value is not JSON, which pydantic only writes into the message."""
    field = re.search(r'field "(\w+)"', str(error))
    return None if field is None else field[1]


def _is_open(field: FieldInfo | None) -> bool:
    """Return whether a setting is a number, a Boolean or one of a list of words, none of which is secret."""
    annotation = field and field.annotation
    parts = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return all(part in {int, float, bool, NoneType} or get_origin(part) is Literal for part in parts)
