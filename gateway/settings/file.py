"""The settings, including those of a file, some of which may change while the gateway serves."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Final, Literal, Union, get_args, get_origin

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from foundation.late_imports import imported
from gateway.caching.settings import CacheSettings
from gateway.clients.settings import ClientSettings
from gateway.feature_list import FEATURES
from gateway.feature_settings import Entry, UnknownFeature, nested_prefix
from gateway.settings import GatewaySettings
from gateway.settings.documents import DocumentSettings, ResponseSettings
from gateway.settings.planning import PlanningSettings
from gateway.settings.subgraphs import MaskingSettings, SubgraphSettings
from gateway.sources.settings import SettingsFile

PREFIX: Final = "FURLONG_GATEWAY_"

SHOWN_CHARACTERS: Final = 80
"""How much of a wrong value a message shows."""

RELOADED_PARTS: Final[tuple[type[BaseSettings], ...]] = (
    DocumentSettings,
    ClientSettings,
    CacheSettings,
    PlanningSettings,
    SubgraphSettings,
    MaskingSettings,
    ResponseSettings,
)
"""The parts of the settings from which only versions of the graph are built."""

RELOADED: Final = frozenset(name for part in RELOADED_PARTS for name in part.model_fields) | {
    "gzip_requests",
    "subgraph_tls",
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

    Former names are read as well; for those of the file, a warning in the log says what to write instead.

    Args:
        file: The file; by default the one that the environment names, if any.

    Raises:
        SettingsInvalid: A setting is wrong or unknown, or the file cannot be read.
    """
    try:
        file = file or SettingsFile().settings_file
        if file is None:
            settings = GatewaySettings()
        else:
            settings = _SettingsWithFile(_env_file=file, _env_file_encoding="utf-8")
            written = _written_in(file)
            _refuse_unknown(written, settings, f"{file}: ")
            for sentence in renamed(written, settings.entries):
                logging.getLogger("gateway").warning(sentence)
        _refuse_unknown(os.environ, settings)
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_reason(error.title, each) for each in error.errors())) from None
    except SettingsError as error:
        field = unreadable_field(error)
        reason = str(error) if field is None else f"{PREFIX}{field.upper()}: its value is not JSON"
        raise SettingsInvalid(reason) from None
    except UnknownFeature as error:
        raise SettingsInvalid(f"{PREFIX}FEATURES: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    return settings


def reloaded(current: GatewaySettings, fresh: GatewaySettings) -> GatewaySettings:
    """Return the current settings, updated by those fresh ones that may change while the gateway serves."""
    parts = {
        name: {field: getattr(fresh.parts[name], field) for field in part.reloaded}
        for name, part in current.parts.items()
        if name in fresh.parts
    }
    return current.model_copy(update={**{name: getattr(fresh, name) for name in RELOADED}, **parts})


def needs_restart(current: GatewaySettings, fresh: GatewaySettings) -> list[str]:
    """Return the names of changed settings that take effect only after a restart."""
    fixed = type(current).model_fields.keys() - RELOADED
    changed = [f"{PREFIX}{name.upper()}" for name in fixed if getattr(current, name) != getattr(fresh, name)]
    for name, part in current.parts.items():
        other = fresh.parts.get(name, part)
        changed += [
            f"{nested_prefix(PREFIX, name)}{field.upper()}"
            for field in type(part).model_fields.keys() - part.reloaded
            if getattr(part, field) != getattr(other, field)
        ]
    return sorted(changed)


def _written_in(file: Path) -> Mapping[str, str]:
    """Return the variables of a file.

    Raises:
        SettingsInvalid: A line has no value.
        OSError: The file cannot be read.
    """
    with file.open(encoding="utf-8") as stream:
        values = dotenv_values(stream=stream, interpolate=False)
    for name, value in values.items():
        if value is None:
            raise SettingsInvalid(f"{file}: {name} has no value")
    return {name: value for name, value in values.items() if value is not None}


def _refuse_unknown(names: Iterable[str], settings: GatewaySettings, where: str = "") -> None:
    """Refuse misspelt settings.

    Raises:
        SettingsInvalid: There is no setting of one of these names.
    """
    known = {*variables(PREFIX, settings.entries), *renamed_variables(PREFIX, settings.entries)}
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsInvalid(f"{where}there is no setting {name}{nearest(name.upper(), known)}")


def _described(model: str) -> tuple[str, Mapping[str, FieldInfo]]:
    """Return the prefix and the fields of a class of settings."""
    for entry in FEATURES:
        part = imported(entry.settings)
        if part.__name__ == model:
            return nested_prefix(PREFIX, entry.name), part.model_fields
    return PREFIX, GatewaySettings.model_fields


def _reason(model: str, error: ErrorDetails) -> str:
    """Return what is wrong with a setting, with its value if no value of its type is a secret.

    Args:
        model: The name of the class of settings.
        error: What is wrong.
    """
    field, *path = map(str, error["loc"] or ("",))
    prefix, fields = _described(model)
    name = f"{prefix}{field.upper()}"
    if not _is_open(fields.get(field)):
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


def variables(prefix: str, entries: Iterable[Entry] = FEATURES) -> Iterator[str]:
    """Yield the names of all variables that set something, without the former ones."""
    yield from (f"{prefix}{name}".upper() for name in GatewaySettings.model_fields)
    for entry in entries:
        for name in imported(entry.settings).model_fields:
            yield f"{nested_prefix(prefix, entry.name)}{name}".upper()


def renamed_variables(prefix: str, entries: Iterable[Entry] = FEATURES) -> dict[str, str]:
    """Return the present names of all variables by their former ones."""
    models = ((entry.name, imported(entry.settings)) for entry in entries)
    return {
        f"{prefix}{former}".upper(): f"{nested_prefix(prefix, name)}{field}".upper()
        for name, model in models
        for field, former in model.former.items()
    }


def renamed(names: Iterable[str], entries: Iterable[Entry] = FEATURES) -> Iterator[str]:
    """Yield a sentence for each variable that has its former name."""
    prefix = GatewaySettings.model_config["env_prefix"]
    present = renamed_variables(prefix, entries)
    for name in sorted(names):
        if name.upper() in present:
            yield f"{name} is now called {present[name.upper()]}: the next version will not read the old name"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a question for the known setting that is most similar to a name; empty if none is."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f": is {near[0]} meant?" if near else ""
