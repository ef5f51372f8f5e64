"""Signed requests: HTTP Message Signatures (RFC 9421) between a gateway and its subgraphs.

The package knows neither GraphQL nor clubs. The gateway signs, subgraphs verify;
docs/gateway/signed-requests.md describes what is signed, for subgraphs in other languages.
"""

from foundation.signatures.errors import InvalidSignature, Reason
from foundation.signatures.keys import (
    FixedKeys,
    KeyFile,
    KeySet,
    KeySource,
    SignatureKey,
    key_source,
    read_key_set,
)
from foundation.signatures.nonces import SharedNonces, ValkeyNonces
from foundation.signatures.signer import Recipient, RequestSigner
from foundation.signatures.verifier import SignatureLimits, SignatureVerifier

__all__ = [
    "FixedKeys",
    "InvalidSignature",
    "KeyFile",
    "KeySet",
    "KeySource",
    "Reason",
    "Recipient",
    "RequestSigner",
    "SharedNonces",
    "SignatureKey",
    "SignatureLimits",
    "SignatureVerifier",
    "ValkeyNonces",
    "key_source",
    "read_key_set",
]
