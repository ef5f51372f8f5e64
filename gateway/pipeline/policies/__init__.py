"""Policies: what is checked for each request after it is prepared, and before it is planned."""

from gateway.pipeline.policies.introspection import IntrospectionPolicy
from gateway.pipeline.policies.policy import Policy, PolicyInput
from gateway.pipeline.policies.rate_limits import RateLimitPolicy
from gateway.pipeline.policies.trusted_documents import TrustedDocumentsPolicy

__all__ = ["IntrospectionPolicy", "Policy", "PolicyInput", "RateLimitPolicy", "TrustedDocumentsPolicy"]
