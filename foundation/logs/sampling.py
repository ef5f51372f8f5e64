"""Omits repeated warnings and errors, and says how many were omitted."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

LEFT_OUT: Final = "lines_left_out"
SAMPLED: Final = frozenset({"warning", "warn", "error", "exception", "critical", "fatal"})
EVENT_FACTOR: Final = 10
"""Lines of one event may differ in their ids; this many times as many of them are logged."""

MAX_KEYS: Final = 5_000
_PLACES: Final = ("service", "provider", "feed", "topic", "group", "brand")
"""The fields that say where something happened; the first one that a line has is used."""

Key = tuple[str, ...]


def _later(seconds: float, flush: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, flush)
    timer.daemon = True
    timer.start()


@dataclass(slots=True)
class Sampler:
    """Admits the first lines of each kind in a period.

    Lines are of one kind if their event, place and id are equal. For one event at one place, whatever the
    ids, ten times as many lines are admitted.

    Attributes:
        first: The number of lines of a kind that are admitted.
        period: The length of a period in seconds.
        clock: Returns the time in seconds.
        later: Calls a function after some seconds.
    """

    first: int
    period: float
    clock: Callable[[], float] = time.monotonic
    later: Callable[[float, Callable[[], None]], None] = _later
    _ends: float = 0.0
    _counts: Counter[Key] = field(default_factory=Counter)
    _left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(
        self, _logger: object, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Admit a line of ours: a processor of structlog.

        Raises:
            structlog.DropEvent: The line is omitted.
        """
        name = str(event.get("event"))[:200]
        if (
            method in SAMPLED
            and name != LEFT_OUT
            and not self._admits(name, _place(event), str(event.get("id", "")))
        ):
            raise structlog.DropEvent
        return event

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line of a library is admitted: a filter of `logging`."""
        if record.levelno < logging.WARNING:
            return True
        return self._admits("", record.name, str(record.msg)[:200])

    def flush(self) -> None:
        """End the period, and log how many lines were omitted."""
        with self._lock:
            left_out, self._left_out = self._left_out, Counter()
            self._counts.clear()
            self._ends = self.clock() + self.period
        for (name, place), number in left_out.items():
            more = {"of": name} if name else {}
            structlog.get_logger("logs").warning(LEFT_OUT, **more, at=place, lines=number)

    def _admits(self, name: str, place: str, details: str) -> bool:
        if self.clock() >= self._ends:
            self.flush()
        with self._lock:
            if (name, place) not in self._counts and len(self._counts) >= MAX_KEYS:
                name = place = ""  # what is new now counts as one event
            event: Key = (name, place)
            self._counts[event] += 1
            if self._counts[event] <= self.first * EVENT_FACTOR:
                kind: Key = (name, place, details)
                self._counts[kind] += 1
                if self._counts[kind] <= self.first:
                    return True
            is_first = not self._left_out
            self._left_out[name, place] += 1
            seconds = self._ends - self.clock()
        if is_first:
            self.later(max(0.0, seconds), self.flush)
        return False


def _place(event: Mapping[str, Any]) -> str:
    return next((str(event[name])[:200] for name in _PLACES if event.get(name)), "")
