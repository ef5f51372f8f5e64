"""Decides which labels of progressive overrides are on: by shares, or by the settings."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
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
        is_on: Returns whether a label without a share is on.
        shares: In percent, by label; they count more than the N of a `percent(N)` label.
        chance: Draws a number from 0 to 1 for a label with a share; with a seed, draws are repeatable.
    """

    is_on: Callable[[str], bool] = _off
    shares: Mapping[str, float] = field(default_factory=dict)
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311 - a share, no secret

    def decide(self, labels: Iterable[str]) -> frozenset[str]:
        """Return the labels that are on; the same label is on or off for the whole request."""
        return frozenset(label for label in labels if self._decided(label))

    def _decided(self, label: str) -> bool:
        share = self.shares.get(label)
        if share is None:
            named = PERCENT.fullmatch(label)
            if named is None:
                return self.is_on(label)
            share = float(named[1])
        return self.chance() * ALL < share


def labels(on: Iterable[str], seed: int | None, shares: Mapping[str, float] | None = None) -> Labels:
    """Return what decides by the settings.

    Args:
        on: The labels that are on.
        seed: A seed for the draws of shares; None for draws that cannot be repeated.
        shares: The shares of other labels, in percent.
    """
    named = frozenset(on)
    drawn = {label: share for label, share in (shares or {}).items() if label not in named}
    return Labels(lambda label: label in named, drawn, random.Random(seed).random)  # noqa: S311 - a share, no secret
