"""The fields of a form for an adapter's settings, from the schema that its declaration has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from providers.declaration import AdapterDeclaration

UNITS: Final = {"seconds": "seconds", "ms": "milliseconds", "hours": "hours"}
"""How names of settings end that have a unit."""

WORDS: Final = {"url": "URL", "api": "API", "tls": "TLS"}


class FieldKind(StrEnum):
    """What is typed into a field.

    Attributes:
        TEXTS: Several texts.
        INTEGERS: Several whole numbers.
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXTS = "texts"
    INTEGERS = "integers"


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting as a form asks for it.

    Attributes:
        label: Its name in words, without its unit.
        unit: In which a number is; empty if it has none.
        help: What it means.
        optional: Whether it may be left out.
        least, most: The range of a number; None where it has no end.
        above: What a number has to be greater than.
        value: What a revision, or the environment, says.
        default: What holds if nothing is said.
    """

    name: str
    label: str
    unit: str
    help: str
    kind: FieldKind
    optional: bool
    least: float | None
    above: float | None
    most: float | None
    value: Any
    default: Any


def setting_fields(adapter: AdapterDeclaration, values: Mapping[str, Any]) -> list[SettingField]:
    """Return the fields of an adapter's settings in the order of their declaration, with these values."""
    return list(_fields(adapter.settings.model_json_schema(), values))


def _fields(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[SettingField]:
    for name, described in schema["properties"].items():
        branches = described.get("anyOf", [described])
        form = next(branch for branch in branches if branch.get("type") != "null")
        label, unit = _words(name)
        yield SettingField(
            name=name,
            label=label,
            unit=unit,
            help=described.get("description", ""),
            kind=_kind(form),
            optional=len(branches) > 1,
            least=form.get("minimum"),
            above=form.get("exclusiveMinimum"),
            most=form.get("maximum", form.get("exclusiveMaximum")),
            value=values.get(name, described.get("default")),
            default=described.get("default"),
        )


def _kind(form: Mapping[str, Any]) -> FieldKind:
    match form.get("type"):
        case "array":
            members = form["items"].get("type")
            return FieldKind.INTEGERS if members == "integer" else FieldKind.TEXTS
        case "integer" | "number" | "boolean" as plain:
            return FieldKind(plain)
        case _:
            return FieldKind.TEXT


def _words(name: str) -> tuple[str, str]:
    """Return a setting's name in words, and its unit."""
    words = name.split("_")
    unit = UNITS.get(words[-1], "")
    shown = [WORDS.get(word, word) for word in (words[:-1] if unit and len(words) > 1 else words)]
    label = " ".join(shown)
    return label[:1].upper() + label[1:], unit
