"""Demand control: estimates an operation's cost before planning, and counts its response's actual cost."""

from gateway.demand.compile import operation_cost
from gateway.demand.operation_cost import Estimate, OperationCost
from gateway.demand.rules import CostRules

__all__ = ["CostRules", "Estimate", "OperationCost", "operation_cost"]
