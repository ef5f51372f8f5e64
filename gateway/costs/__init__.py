"""What operations cost, by the annotations of a schema: for the feature `cost`, and for graphs of others."""

from gateway.costs.compile import operation_cost
from gateway.costs.operation_cost import OperationCost
from gateway.costs.rules import CostRules

__all__ = ["CostRules", "OperationCost", "operation_cost"]
