"""What is missing because something failed: explained where it shows once all fetches are done.

A fetch that fails takes the fields that it was to bring. What it leaves of an object that other fetches also
write into is seen only at the end: then each field that is still missing gets the error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.executor.failures import Failure, Failures, Path, at, translated
from gateway.executor.positions import Position
from gateway.plan import Supplies


@dataclass(frozen=True, slots=True)
class _Loss:
    """What an object does not get, and why."""

    failure: Failure
    position: Position
    supplies: Supplies


@dataclass(slots=True)
class Losses:
    """The failures of a plan, and the objects that they concern.

    Attributes:
        failures: Those that the client is told.
    """

    failures: Failures = field(default_factory=Failures)
    _open: list[_Loss] = field(default_factory=list)

    def record(self, failure: Failure, position: Position, path: Path) -> None:
        """Tell of a failure at a path of storage names below an object."""
        below, hidden = ((), True) if position.hidden else translated(path, position.names)
        # Where the client can see nothing of the way, there is no path.
        shown = (*position.path, *below) or None
        self.failures.add(at(failure, shown), (*position.stored, *path), hidden=hidden)

    def lose(self, failure: Failure, position: Position, supplies: Supplies) -> None:
        """Remember that an object does not get what a fetch was to bring."""
        self._open.append(_Loss(failure, position, supplies))
        for place, storage in _lacking(position, supplies):
            self.failures.explain((*place.stored, storage), failure)

    def settle(self) -> None:
        """Tell of every loss at the fields that are missing, or at the object where none is."""
        for loss in self._open:
            told = False
            for place, storage in _lacking(loss.position, loss.supplies):
                stored = (*place.stored, storage)
                self.failures.explain(stored, loss.failure)
                # One error a field: an earlier one stands there, or below.
                if self.failures.cause(stored) is loss.failure:
                    self.record(loss.failure, place, (storage,))
                told = True
            if not told:
                self.record(loss.failure, loss.position, ())
        self._open.clear()


def wanted_of(supplies: Supplies, concrete: str | None) -> Mapping[str, Supplies | None]:
    """What a fetch brings to an object; where the type was not asked for, there is only one."""
    if concrete is None and len(supplies) == 1:
        return next(iter(supplies.values()))
    return supplies.get(concrete or "", {})


def _lacking(position: Position, supplies: Supplies) -> Iterator[tuple[Position, str]]:
    """The fields that a fetch was to bring and that are not there."""
    for storage, below in wanted_of(supplies, position.concrete).items():
        if position.data.get(storage) is None:
            yield position, storage
        elif below is not None:
            for place, value in position.below(storage):
                if isinstance(value, dict):
                    yield from _lacking(place, below)
