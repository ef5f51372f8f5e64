"""Errors: a token is refused, or cannot be verified at present."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a token is refused, for metrics and for responses."""

    CREDENTIALS = "credentials"
    """The header is not `Bearer` with one token."""
    MALFORMED = "malformed"
    """It is not a signed JSON Web Token, or it is too large."""
    ISSUER = "issuer"
    """Its issuer is not trusted."""
    ALGORITHM = "algorithm"
    """The issuer's tokens are not signed with that algorithm."""
    TYPE = "type"
    """It is another kind of token, such as one for logging out."""
    CLAIMS = "claims"
    """A claim is missing or has the wrong value, or the token's lifetime is too long."""
    EXPIRED = "expired"
    """It has expired."""
    KEY = "key"
    """The issuer has no such key, as far as is known yet."""
    SIGNATURE = "signature"
    """The signature is not the issuer's."""
    INACTIVE = "inactive"
    """The issuer says that it is not active."""
    REVOKED = "revoked"
    """It has been revoked."""


class TokenError(Exception):
    """The base of all errors of this package."""


class InvalidToken(TokenError):
    """The token is refused.

    Attributes:
        reason: Why, without anything from the token itself.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class VerificationUnavailable(TokenError):
    """The token cannot be verified: the issuer does not respond, or no key is fresh enough."""
