"""Answers bodies that are lists of requests."""

from __future__ import annotations

from functools import partial

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.batches.pipeline import BatchingPipeline
from gateway.features.batches.policy import BatchPolicy
from gateway.features.batches.settings import BatchSettings
from gateway.pipeline.policies.batch import SharedCosts


class Batches(Feature):
    """Answers the requests of a batch at the same time, each by itself."""

    core: Core

    def install(self, core: Core) -> None:
        """Say that costs of several requests may count together."""
        self.core = core
        core.offer(SharedCosts())

    def of(self, version: Version) -> VersionParts:
        """Divide batches before anything else is done with their requests."""
        settings = version.settings.of(BatchSettings)
        batching = partial(
            BatchingPipeline,
            count_refusal=self.core.count_refusal,
            most=settings.requests,
            seconds=settings.seconds,
        )
        return VersionParts(dividers=(batching,), policies=(BatchPolicy(),))
