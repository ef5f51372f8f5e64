"""Policies: checks of each request after it is prepared and before it is planned."""

from gateway.pipeline.policies.introspection import IntrospectionPolicy
from gateway.pipeline.policies.policy import Policy, PolicyInput

__all__ = [
    "IntrospectionPolicy",
    "Policy",
    "PolicyInput",
]
