"""Bearer tokens: which issuers are trusted, with which keys, and which claims their tokens must have.

The package knows neither GraphQL nor clubs; the gateway and the subgraphs use it.
"""

from foundation.tokens.errors import InvalidToken, Reason, TokenError, VerificationUnavailable
from foundation.tokens.introspection import Introspection
from foundation.tokens.issuer import Issuer
from foundation.tokens.keys import RefreshLimits
from foundation.tokens.metrics import TokenMetrics
from foundation.tokens.revocations import Revocations
from foundation.tokens.verifier import TokenVerifier, VerifiedToken

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
