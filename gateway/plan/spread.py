"""Writes the document of a fetch whose entities are asked for apart, by values from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MARK = "\0"
"""Stands in a text where a variable's name gets its number; no GraphQL document can have it."""


@dataclass(frozen=True, slots=True)
class SpreadField:
    """An `_entities` field that is asked for once for each set of values.

    Attributes:
        definitions: Of its variables, with marks.
        text: Itself, with marks.
    """

    definitions: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Spread:
    """All of a document that is known before the values are.

    Attributes:
        title: Of the operation.
        definitions: Of the client's variables.
        fields: Each to be written as often as there are sets of values.
    """

    title: str
    definitions: tuple[str, ...]
    fields: tuple[SpreadField, ...]

    def written(self, indexes: Sequence[int]) -> str:
        """The document with these of the fields, in this order."""
        fields = [
            (numbered_alias(number, len(indexes)), numbering(number, len(indexes)), self.fields[index])
            for number, index in enumerate(indexes)
        ]
        definitions = [
            *self.definitions,
            *(each.replace(MARK, suffix) for _, suffix, field in fields for each in field.definitions),
        ]
        bodies = [
            f"{'' if alias == ALONE else f'{alias}: '}{field.text.replace(MARK, suffix)}"
            for alias, suffix, field in fields
        ]
        return f"{self.title}({', '.join(definitions)}) {{ {' '.join(bodies)} }}"


ALONE = "_entities"


def numbered_alias(number: int, count: int) -> str:
    """The name of one of so many fields in the answer."""
    return ALONE if count == 1 else f"_e{number}"


def numbering(number: int, count: int) -> str:
    """What the variables of one of so many fields have behind their names."""
    return "" if count == 1 else f"_{number}"
