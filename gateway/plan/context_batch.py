"""The document of a fetch with context variables: one `_entities` field for each set of values."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

MARK = "\0"
"""Marks where the number of a variable is inserted; a GraphQL document cannot contain this character."""


class ContextBatchField(Struct, frozen=True):
    """An `_entities` field that is written once for each set of values.

    Attributes:
        definitions: The definitions of the field's variables, with marks.
        text: The field itself, with marks.
    """

    definitions: tuple[str, ...]
    text: str


class ContextBatch(Struct, frozen=True):
    """The parts of a document that are known before the values.

    Attributes:
        title: The operation's kind and name.
        definitions: The definitions of the client's variables.
        fields: The fields, each written as often as there are sets of values.
    """

    title: str
    definitions: tuple[str, ...]
    fields: tuple[ContextBatchField, ...]

    def written(self, indexes: Sequence[int]) -> str:
        """Return the document with the fields at the given indexes, in that order."""
        fields = [
            (numbered_alias(number, len(indexes)), numbering(number, len(indexes)), self.fields[index])
            for number, index in enumerate(indexes)
        ]
        definitions = [
            *self.definitions,
            *(
                definition.replace(MARK, suffix)
                for _, suffix, field in fields
                for definition in field.definitions
            ),
        ]
        bodies = [
            f"{'' if alias == ALONE else f'{alias}: '}{field.text.replace(MARK, suffix)}"
            for alias, suffix, field in fields
        ]
        return f"{self.title}({', '.join(definitions)}) {{ {' '.join(bodies)} }}"


ALONE = "_entities"


def numbered_alias(number: int, count: int) -> str:
    """Return the alias of one of several fields."""
    return ALONE if count == 1 else f"_e{number}"


def numbering(number: int, count: int) -> str:
    """Return the suffix of the variables of one of several fields."""
    return "" if count == 1 else f"_{number}"
