"""The limits of preparation; all but mutation fields are enforced by its other modules."""

from __future__ import annotations

from msgspec import Struct, field

from gateway.errors import RequestError
from gateway.limits import DocumentLimits
from gateway.planner import Budget, Operation


class PreparationLimits(Struct, frozen=True):
    """Limits on documents, and the sizes of the caches.

    Attributes:
        mutation_fields: The most fields of the mutation type in an operation; 0 for any number.
        shape: Limits on the shape of a document, checked before it is validated.
        suggestions: Whether error messages suggest names of the schema.
        cache_bytes: The most bytes of documents with their plans.
        pinned_bytes: The most bytes of documents that are never evicted.
        plans: The most plans of a document.
        refusal_bytes: The most bytes of refusals that are remembered.
    """

    document_chars: int = 8 * 1024
    document_tokens: int = 1_000
    mutation_fields: int = 0
    shape: DocumentLimits = field(default_factory=DocumentLimits)
    suggestions: bool = True
    cache_bytes: int = 64 * 1024 * 1024
    pinned_bytes: int = 32 * 1024 * 1024
    plans: int = 16
    refusal_bytes: int = 1024 * 1024
    budget: Budget = field(default_factory=Budget)


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
