"""The keys of an issuer: which ones verify, where they come from, and how they are kept up to date."""

from foundation.tokens.keys.key_store import FixedKeys, KeySource, RefreshedKeys, RefreshLimits
from foundation.tokens.keys.verification_key import VerificationKey, read_key_set, secret_key

__all__ = [
    "FixedKeys",
    "KeySource",
    "RefreshLimits",
    "RefreshedKeys",
    "VerificationKey",
    "read_key_set",
    "secret_key",
]
