"""Requests that came together, in a batch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Batch:
    """What the requests of a batch have in common.

    Attributes:
        cost: The estimated cost of those that were let through so far, in points.
    """

    cost: int = 0


class BatchEntry:
    """A request that came in a batch.

    Attributes:
        batch: The batch.
        is_cancellable: Whether the request may be cancelled; it must not if it makes a change.
    """

    __slots__ = ()

    batch: Batch
    is_cancellable: bool


@dataclass(frozen=True, slots=True)
class SharedCosts:
    """Offered by a feature whose requests may be entries of a batch: the costs of these count together."""
