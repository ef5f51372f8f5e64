"""Signed requests: HTTP Message Signatures (RFC 9421) between a gateway and its subgraphs.

The package knows neither GraphQL nor clubs. The gateway signs, subgraphs verify;
docs/gateway/signed-requests.md describes what is signed, for subgraphs in other languages.
"""

from signatures.errors import InvalidSignature, Reason
from signatures.key_sources import FixedKeys, KeyFile, KeySource, key_source
from signatures.keys import KeySet, SignatureKey, read_key_set
from signatures.nonces import SharedNonces, ValkeyNonces
from signatures.signer import Recipient, RequestSigner
from signatures.verifier import SignatureLimits, SignatureVerifier

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
