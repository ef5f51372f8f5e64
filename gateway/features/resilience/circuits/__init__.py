"""Circuit breakers for each subgraph, and for each of its root fields and entity types."""

from gateway.features.resilience.circuits.breaker import Breaker, BreakerPolicy, State
from gateway.features.resilience.circuits.query_parts import (
    QueryPart,
    SeparateCalls,
    coordinates,
    has_parts,
    query_parts,
)
from gateway.features.resilience.circuits.subgraph_circuits import Circuits, Permit

__all__ = [
    "Breaker",
    "BreakerPolicy",
    "Circuits",
    "Permit",
    "QueryPart",
    "SeparateCalls",
    "State",
    "coordinates",
    "has_parts",
    "query_parts",
]
