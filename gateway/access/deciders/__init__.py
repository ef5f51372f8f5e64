"""Who decides which policies hold for a request: expressions, a coprocessor, or the application."""

from gateway.access.deciders.coprocessor import Coprocessor
from gateway.access.deciders.decider import DecidePolicies, PolicyQuestion
from gateway.access.deciders.decision import PolicyDecision
from gateway.access.deciders.expressions import Expressions

__all__ = ["Coprocessor", "DecidePolicies", "Expressions", "PolicyDecision", "PolicyQuestion"]
