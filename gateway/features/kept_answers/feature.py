"""Keeps whole answers with a digest of the rows that they were made of, and gives them again."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from gateway.caching import WeightedCache
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.kept_answers.executor import AnswerKeeper, Answers, KeepingExecutor
from gateway.features.kept_answers.metrics import KeptAnswerMetrics
from gateway.features.kept_answers.settings import KeptAnswerSettings

MAX_KEPT_SECONDS: Final = 3600.0
"""How often all answers are forgotten, so that those of erased customers do not stay."""


class KeptAnswers(Feature):
    """Keeps answers to queries of known customers."""

    keeper: AnswerKeeper | None = None

    def install(self, core: Core) -> None:
        """Add the metrics; without known customers, nothing is kept."""
        answers: Answers = WeightedCache(core.settings.of(KeptAnswerSettings).bytes)
        metrics = KeptAnswerMetrics(answers)
        core.register(metrics)
        customer_of = core.sessions.customer_of
        if customer_of is not None:
            self.keeper = AnswerKeeper(answers, metrics, customer_of)
            core.run_in_background(self._forget_each_hour)

    async def _forget_each_hour(self) -> None:
        while self.keeper is not None:
            await asyncio.sleep(MAX_KEPT_SECONDS)
            self.keeper.forget()

    def of(self, version: Version) -> VersionParts:
        """Keep the answers of a version, if some of its subgraphs are in this process."""
        if self.keeper is None or len(version.over_http) == len(version.transports):
            return VersionParts()
        return VersionParts(executor=partial(KeepingExecutor.around, self.keeper))
