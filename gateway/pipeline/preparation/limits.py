"""The limits of preparation; all but points and mutation fields are enforced by its other modules."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from gateway.errors import InvalidDocument, RequestError
from gateway.planner import Operation
from gateway.settings.caches import CacheSettings
from gateway.settings.limits import Budget, DocumentLimits

FIELD_POINTS: Final = 4
"""How many times as long as to read and validate a token it takes to plan, fetch and project a field."""


class PreparationLimits(Struct, frozen=True):
    """Limits on documents, and the sizes of the caches.

    Attributes:
        document: Limits on a document, and on its variables.
        caches: The most bytes of what is kept.
        budget: The limits of planning an operation.
        suggestions: Whether error messages suggest names of the schema.
    """

    document: DocumentLimits = field(default_factory=DocumentLimits)
    caches: CacheSettings = field(default_factory=CacheSettings)
    budget: Budget = field(default_factory=Budget)
    suggestions: bool = True


def check_points(fields: int, tokens: int, most: int) -> None:
    """Refuse an operation that would take too long to validate and plan, before that is done.

    Args:
        fields: Its fields but those of introspection: first all that are selected, with fragments in place,
            then those of each concrete type that are left to be planned.
        tokens: The tokens of its document.
        most: The most points.

    Raises:
        InvalidDocument: It takes more points.
    """
    points = tokens + FIELD_POINTS * fields
    if points > most:
        message = (
            f"The operation takes {points} points to prepare, but may take only {most}: one for each of the "
            f"document's {tokens} tokens, and {FIELD_POINTS} for each of {fields} fields, with fragments in "
            "place. Select fewer fields, or send several requests."
        )
        raise InvalidDocument([{"message": message}], "DOCUMENT_TOO_COSTLY")


def check_mutation_fields(operation: Operation, most: int) -> None:
    """Refuse an operation with too many mutation fields before any is executed.

    Raises:
        RequestError: It has more than `most`, unless that is 0.
    """
    number = operation.mutation_fields() if most else 0
    if number > most:
        raise RequestError(
            f"The operation has {number} mutation fields, but may have only {most}: send them one by one.",
            code="TOO_MANY_MUTATIONS",
        )
