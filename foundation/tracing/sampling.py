"""Which traces are recorded: decided where a trace enters a process, before anything is built for it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from opentelemetry.trace import SpanContext

from foundation.tracing.settings import SamplerSettings


@dataclass(frozen=True, slots=True)
class Sampling:
    """Decides whether a trace is recorded.

    Attributes:
        share: The share of new traces that are recorded.
        follows_parent: Whether a trace from elsewhere is recorded if its header says so.
        draw: Returns a random number from 0 to 1.
    """

    share: float = 1.0
    follows_parent: bool = True
    draw: Callable[[], float] = random.random

    @classmethod
    def of(cls, settings: SamplerSettings) -> Sampling:
        """Return what the settings say."""
        name = settings.sampler.removeprefix("parentbased_")
        shares = {"always_on": 1.0, "always_off": 0.0, "traceidratio": settings.sampler_arg}
        return cls(shares[name], settings.sampler.startswith("parentbased_"))

    def starts(self) -> bool:
        """Return whether a new trace is recorded."""
        return self.draw() < self.share

    def continues(self, parent: SpanContext) -> bool:
        """Return whether a trace from elsewhere is recorded."""
        return parent.trace_flags.sampled if self.follows_parent else self.starts()
