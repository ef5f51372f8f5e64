"""Demand control: what an operation may cost, known before it is planned, and what its response has cost."""

from gateway.demand.compile import operation_cost
from gateway.demand.operation_cost import Estimate, OperationCost
from gateway.demand.rules import CostRules

__all__ = ["CostRules", "Estimate", "OperationCost", "operation_cost"]
