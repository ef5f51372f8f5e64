"""Who decides which policies hold for a request: expressions, a coprocessor, or the application."""

from gateway.features.access.deciders.coprocessor import Coprocessor
from gateway.features.access.deciders.decision import PolicyDecision
from gateway.features.access.deciders.expressions import Expressions

__all__ = ["Coprocessor", "Expressions", "PolicyDecision"]
