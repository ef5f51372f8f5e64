"""Why a request is not accepted as coming from the gateway."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a signature is refused, for logs, metrics and responses."""

    UNSIGNED = "unsigned"
    """There is no signature with the expected tag."""
    MALFORMED = "malformed"
    """A header of the signature does not follow RFC 9421 or RFC 9530."""
    PARAMETERS = "parameters"
    """A parameter of the signature is missing, or the signature may live too long."""
    COMPONENTS = "components"
    """The signature does not cover everything that it must, or covers something that the request lacks."""
    AUDIENCE = "audience"
    """The request is for another subgraph."""
    KEY = "key"
    """No key has that id, or the key is for another algorithm."""
    TIME = "time"
    """The signature has expired, or is dated in the future: compare the clocks."""
    SIGNATURE = "signature"
    """The signature was not made with the key."""
    REPLAYED = "replayed"
    """The nonce has been used."""
    DIGEST = "digest"
    """The body differs from the one that was signed."""
    OVERLOADED = "overloaded"
    """More nonces are in use than are remembered."""


class InvalidSignature(Exception):
    """The request is refused.

    Attributes:
        reason: Why, without anything from the request itself.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
