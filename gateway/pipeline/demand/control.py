"""Builds the parts of demand control from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.demand import CostRules
from gateway.demand.metrics import CostMetrics
from gateway.demand.settings import DemandSettings
from gateway.pipeline.demand.policy import CostLimits, CostPolicy
from gateway.pipeline.demand.report import CostReport
from gateway.supergraph import Supergraph


@dataclass(frozen=True, slots=True)
class DemandControl:
    """The parts of demand control; all are absent if costs are switched off.

    Attributes:
        rules: How fields are counted.
        policies: The policy that refuses requests that cost too much.
        report: Counts what responses have cost.
    """

    rules: CostRules | None = None
    policies: tuple[CostPolicy, ...] = ()
    report: CostReport | None = None


def demand_control(supergraph: Supergraph, settings: DemandSettings, metrics: CostMetrics) -> DemandControl:
    """Build demand control for a supergraph."""
    if settings.cost_mode == "off":
        return DemandControl()
    limits = CostLimits(settings.cost_limit)
    return DemandControl(
        CostRules(supergraph.public, supergraph.annotations, settings.cost_list_size),
        (CostPolicy(limits, settings.cost_mode == "enforce", metrics),),
        CostReport(
            limits,
            header=settings.cost_header.encode("latin-1"),
            in_response=settings.cost_in_response,
            share=settings.cost_actual_share,
            metrics=metrics,
        ),
    )
