"""Refuses requests that may cost too much, and reports what responses have cost."""

from __future__ import annotations

from functools import partial

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.cost.compile import operation_cost
from gateway.features.cost.metrics import CostMetrics
from gateway.features.cost.policy import BatchCostPolicy, CostLimits, CostPolicy
from gateway.features.cost.report import CostReport
from gateway.features.cost.rules import CostRules
from gateway.features.cost.settings import CostSettings
from gateway.pipeline.policies.batch import SharedCosts


class Cost(Feature):
    """Estimates and counts the costs of requests, in points."""

    metrics: CostMetrics
    in_batches: bool

    def install(self, core: Core) -> None:
        """Add the metrics, and ask whether requests may come in batches."""
        self.in_batches = core.wanted(SharedCosts) is not None
        self.metrics = CostMetrics()
        core.register(self.metrics)

    def of(self, version: Version) -> VersionParts:
        """Count by the annotations of a version's graph."""
        settings, supergraph = version.settings.of(CostSettings), version.supergraph
        limits, enforced = CostLimits(settings.limit), settings.mode == "enforce"
        batches = (BatchCostPolicy(limits),) if enforced and self.in_batches else ()
        report = CostReport(
            limits,
            header=settings.header.encode("latin-1"),
            in_response=settings.in_response,
            share=settings.actual_share,
            metrics=self.metrics,
        )
        return VersionParts(
            costs=partial(
                operation_cost, CostRules(supergraph.public, supergraph.annotations, settings.list_size)
            ),
            policies=(CostPolicy(limits, enforced, self.metrics), *batches),
            responses=(report,),
        )
