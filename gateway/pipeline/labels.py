"""Decides which labels of progressive overrides are on: by shares, or by the settings."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")
ALL = 100.0


def _off(_label: str) -> bool:
    """Return False: no label is on by default."""
    return False


@dataclass(frozen=True, slots=True)
class Labels:
    """Decides about labels, anew for each request.

    Attributes:
        is_on: Returns whether a label other than `percent(N)` is on.
        chance: Draws a number from 0 to 1 for a `percent(N)` label; with a seed, draws are repeatable.
    """

    is_on: Callable[[str], bool] = _off
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311 - a share, no secret

    def decide(self, labels: Iterable[str]) -> frozenset[str]:
        """Return the labels that are on; the same label is on or off for the whole request."""
        return frozenset(label for label in labels if self._decided(label))

    def _decided(self, label: str) -> bool:
        share = PERCENT.fullmatch(label)
        if share is None:
            return self.is_on(label)
        return self.chance() * ALL < float(share[1])


def labels(on: Iterable[str], seed: int | None) -> Labels:
    """Return what decides by the settings: the labels that are on, and a seed for the draws of shares."""
    named = frozenset(on)
    return Labels(lambda label: label in named, random.Random(seed).random)  # noqa: S311 - a share, no secret
