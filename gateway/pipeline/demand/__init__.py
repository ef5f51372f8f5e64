"""Demand control: refuses requests that may cost too much, and reports what responses have cost."""

from gateway.pipeline.demand.batches import Batch, BatchEntry, BatchPolicy
from gateway.pipeline.demand.control import DemandControl, demand_control
from gateway.pipeline.demand.policy import CostLimits, CostPolicy
from gateway.pipeline.demand.report import CostReport

__all__ = [
    "Batch",
    "BatchEntry",
    "BatchPolicy",
    "CostLimits",
    "CostPolicy",
    "CostReport",
    "DemandControl",
    "demand_control",
]
