"""What operations cost, by the annotations of a schema: for the feature `cost`, and for graphs of others."""

from gateway.pipeline.costs.compile import operation_cost
from gateway.pipeline.costs.operation_cost import OperationCost
from gateway.pipeline.costs.rules import CostRules

__all__ = ["CostRules", "OperationCost", "operation_cost"]
