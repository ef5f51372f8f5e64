"""The settings, including those of a file, some of which may change while the gateway serves."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Final, Literal, Union, get_args, get_origin

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from gateway.settings import GatewaySettings, ReadFirst, sections
from gateway.settings.feature_list import FEATURES
from gateway.settings.feature_settings import Entry, UnknownFeature
from gateway.settings.section import PREFIX

SHOWN_CHARACTERS: Final = 80
"""How much of a wrong value a message shows."""


class SettingsInvalid(ValueError):
    """A setting is wrong or unknown; the message names it, and its value unless that may be secret."""


def read_settings(file: Path | None = None) -> GatewaySettings:
    """Return the settings of the environment, which take precedence over those of a file.

    Former names are read as well; for those of the file, a warning in the log says what to write instead.

    Args:
        file: The file; by default the one that the environment names, if any.

    Raises:
        SettingsInvalid: A setting is wrong or unknown, or the file cannot be read.
    """
    try:
        file = file or ReadFirst.read_environment().settings_file
        settings = GatewaySettings(_env_file=file)
        if file is not None:
            written = _written_in(file)
            _refuse_unknown(written, settings, f"{file}: ")
            for sentence in renamed(written, settings.entries):
                logging.getLogger("gateway").warning(sentence)
        _refuse_unknown(os.environ, settings)
    except ValidationError as error:
        raise SettingsInvalid("; ".join(_reason(error.title, detail) for detail in error.errors())) from None
    except SettingsError as error:
        raise SettingsInvalid(str(error)) from None
    except UnknownFeature as error:
        raise SettingsInvalid(f"{PREFIX}FEATURES: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    return settings


def reloaded(current: GatewaySettings, fresh: GatewaySettings) -> GatewaySettings:
    """Return the current settings, updated by those fresh ones that may change while the gateway serves."""
    fresh_sections = fresh.sections
    return current.model_copy(
        update={
            name: {
                field: getattr(fresh_sections[name], field)
                for field in type(section).model_fields
                if section.may_change(field)
            }
            for name, section in current.sections.items()
            if name in fresh_sections
        }
    )


def needs_restart(current: GatewaySettings, fresh: GatewaySettings) -> list[str]:
    """Return the names of changed settings that take effect only after a restart."""
    before, after = current.sections, fresh.sections
    changed = [
        variable
        for name, (model, prefix) in sections(current.entries).items()
        for variable, field in model.by_variable(prefix).items()
        if not model.may_change(field)
        and getattr(before[name], field) != getattr(after.get(name, before[name]), field)
    ]
    first = [
        variable
        for variable, field in ReadFirst.by_variable().items()
        if getattr(current, field) != getattr(fresh, field)
    ]
    return sorted(changed + first)


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
    known = variables(settings.entries) | renamed_variables(settings.entries).keys()
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise SettingsInvalid(f"{where}there is no setting {name}{nearest(name.upper(), known)}")


def _reason(model: str, error: ErrorDetails) -> str:
    """Return what is wrong with a setting, with its value if no value of its type is a secret.

    Args:
        model: The name of the class of settings.
        error: What is wrong.
    """
    field, *path = map(str, error["loc"] or ("",))
    section = next(
        (located.model for located in sections().values() if located.model.__name__ == model), ReadFirst
    )
    name = section.variable(field)
    if not _is_open(section.model_fields.get(field)):
        return f"{'.'.join((name, *path))}: {error['msg']}"
    return f"{name}={str(error['input'])[:SHOWN_CHARACTERS]}: {error['msg']}"


def _is_open(field: FieldInfo | None) -> bool:
    """Return whether a setting is a number, a Boolean or one of a list of words, none of which is secret."""
    annotation = field and field.annotation
    parts = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return all(part in {int, float, bool, NoneType} or get_origin(part) is Literal for part in parts)


def variables(entries: Iterable[Entry] = FEATURES) -> set[str]:
    """Return the names of all variables that set something, without the former ones."""
    nested = (model.by_variable(prefix) for model, prefix in sections(entries).values())
    return set(ReadFirst.by_variable()).union(*nested)


def renamed_variables(entries: Iterable[Entry] = FEATURES) -> dict[str, str]:
    """Return the present names of all variables by their former ones."""
    return {
        former: model.variable(field, prefix)
        for model, prefix in sections(entries).values()
        for former, field in model.by_former_variable().items()
    }


def renamed(names: Iterable[str], entries: Iterable[Entry] = FEATURES) -> Iterator[str]:
    """Yield a sentence for each variable that has its former name."""
    present = renamed_variables(entries)
    for name in sorted(names):
        if name.upper() in present:
            yield f"{name} is now called {present[name.upper()]}: the next version will not read the old name"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a question for the known setting that is most similar to a name; empty if none is."""
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f": is {near[0]} meant?" if near else ""
