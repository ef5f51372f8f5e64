"""Why a request is not accepted as the gateway's."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a signature is refused, for logs, metrics and responses."""

    UNSIGNED = "unsigned"
    """There is no signature with the expected tag."""
    MALFORMED = "malformed"
    """A header of the signature is not what RFC 9421 or RFC 9530 says."""
    PARAMETERS = "parameters"
    """A parameter of the signature is missing, or the signature may live too long."""
    COMPONENTS = "components"
    """The signature does not cover what it must, or covers what is not there."""
    AUDIENCE = "audience"
    """The request is for another subgraph."""
    KEY = "key"
    """No key has that id, or the key is for another algorithm."""
    TIME = "time"
    """The signature has expired, or was made in the future: compare the clocks."""
    SIGNATURE = "signature"
    """The signature is not that of the key."""
    REPLAYED = "replayed"
    """The nonce has been used."""
    DIGEST = "digest"
    """The body is not the one that was signed."""
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
