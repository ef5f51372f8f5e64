"""Bearer tokens: which issuers are trusted, with which keys, and which claims their tokens must have.

The package knows neither GraphQL nor clubs; the gateway and the subgraphs use it.
"""

from foundation.token_settings import Introspection, Issuer, Revocations
from foundation.tokens.errors import InvalidToken, Reason, TokenError, VerificationUnavailable
from foundation.tokens.keys import RefreshLimits
from foundation.tokens.metrics import TokenMetrics
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
