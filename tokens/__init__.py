"""Bearer tokens: which issuers are trusted, with which keys, and which claims their tokens must have.

The package knows neither GraphQL nor clubs; the gateway and the subgraphs use it.
"""

from tokens.errors import InvalidToken, Reason, TokenError, VerificationUnavailable
from tokens.introspection import Introspection
from tokens.issuer import Issuer
from tokens.keys import RefreshLimits
from tokens.metrics import TokenMetrics
from tokens.revocations import Revocations
from tokens.verifier import TokenVerifier, VerifiedToken

__all__ = [
    "Introspection",
    "InvalidToken",
    "Issuer",
    "Reason",
    "RefreshLimits",
    "Revocations",
    "TokenError",
    "TokenMetrics",
    "TokenVerifier",
    "VerificationUnavailable",
    "VerifiedToken",
]
