"""Circuit breakers for each subgraph, and for each root field and entity type of it."""

from gateway.resilience.circuits.breaker import Breaker, BreakerPolicy, State
from gateway.resilience.circuits.coordinates import coordinates
from gateway.resilience.circuits.subgraph_circuits import Circuits

__all__ = ["Breaker", "BreakerPolicy", "Circuits", "State", "coordinates"]
