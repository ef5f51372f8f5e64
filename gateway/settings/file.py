"""The settings with those of a file, of which some may change while the gateway serves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gateway.caching.settings import CacheSettings
from gateway.clients.settings import ClientSettings
from gateway.demand.settings import DemandSettings
from gateway.header_rules.settings import HeaderRuleSettings
from gateway.masking.settings import MaskingSettings
from gateway.resilience.settings import ResilienceSettings
from gateway.settings import GatewaySettings
from gateway.settings.answers import AnswerSettings
from gateway.settings.compression import CompressionSettings
from gateway.settings.documents import DocumentSettings
from gateway.settings.planning import PlanningSettings
from gateway.settings.subgraphs import SubgraphSettings
from gateway.sources.settings import SettingsFile

PREFIX: Final = "FURLONG_GATEWAY_"

RELOADED_PARTS: Final[tuple[type[BaseSettings], ...]] = (
    DocumentSettings,
    ClientSettings,
    DemandSettings,
    CacheSettings,
    PlanningSettings,
    HeaderRuleSettings,
    SubgraphSettings,
    ResilienceSettings,
    MaskingSettings,
    CompressionSettings,
    AnswerSettings,
)
"""The parts of the settings that a version of the graph is built from, and nothing else."""

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
"""The settings that may change while the gateway serves; each of the others needs a restart."""


class SettingsInvalid(ValueError):
    """A setting is wrong or unknown; the message names it, and never its value."""


class _SettingsWithFile(GatewaySettings):
    """Settings whose file may have settings of other parts of an installation as well."""

    model_config = SettingsConfigDict(extra="ignore")


def read_settings(file: Path | None = None) -> GatewaySettings:
    """Return the settings of the environment, and below them those of a file.

    Args:
        file: The file; by default the one that the environment names, if it does.

    Raises:
        SettingsInvalid: A setting is wrong, or the file has an unknown one or cannot be read.
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
        raise SettingsInvalid(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def reloaded(current: GatewaySettings, fresh: GatewaySettings) -> GatewaySettings:
    """Return the current settings with those of the fresh ones that may change while the gateway serves."""
    return current.model_copy(update={name: getattr(fresh, name) for name in RELOADED})


def needs_restart(current: GatewaySettings, fresh: GatewaySettings) -> list[str]:
    """Return the names of settings that have changed and take effect only when the gateway starts again."""
    fixed = type(current).model_fields.keys() - RELOADED
    return sorted(
        f"{PREFIX}{name.upper()}" for name in fixed if getattr(current, name) != getattr(fresh, name)
    )


def _refuse_unknown(file: Path) -> None:
    """Refuse misspelt settings.

    Raises:
        SettingsInvalid: The file has a setting of the gateway that does not exist, or a line without a value.
        OSError: It cannot be read.
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
    """Return what is wrong with a setting, without its value, which may be a secret."""
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
