"""Keys that verify signatures, and reading them from a JSON Web Key Set (RFC 7517)."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, OctKey
from joserfc.jws import JWSRegistry

from foundation.tokens.compact import read_object

MAX_KEYS: Final = 100
RSA_BITS: Final = range(2048, 8192 + 1)
"""Shorter keys are too weak (RFC 7518, section 3.3), longer ones cost too much time."""

_CURVES_OF_EDDSA: Final = ("Ed25519", "Ed448")

KeysById: TypeAlias = Mapping[str | None, tuple["VerificationKey", ...]]
"""Keys by `kid`; None stands for keys without one."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key that verifies signatures of certain algorithms.

    Attributes:
        key_id: Its `kid`.
        algorithms: The algorithms that it may verify.
        thumbprint: Identifies the key itself (RFC 7638).
    """

    key_id: str | None
    algorithms: frozenset[str]
    thumbprint: str
    _key: Key = field(repr=False, compare=False)

    def verifies(self, algorithm: str, signing_input: bytes, signature: bytes) -> bool:
        """Return whether a signature is this key's, by an algorithm that it may be used with."""
        if algorithm not in self.algorithms:
            return False
        try:
            return JWSRegistry.algorithms[algorithm].verify(signing_input, signature, self._key)
        except (JoseError, ValueError):  # numbers that are not a signature
            return False


def secret_key(secret: str, algorithms: Iterable[str]) -> VerificationKey:
    """Return the key of a secret; it is used for every `kid`."""
    key = OctKey.import_key(secret)
    return VerificationKey(None, frozenset(algorithms), key.thumbprint(), key)


def read_key_set(content: bytes, algorithms: Iterable[str]) -> KeysById:
    """Return the keys of a set that verify signatures of the given algorithms; omit all others.

    Secret and private keys in a set were published by mistake, so they verify nothing.

    Raises:
        ValueError: It is not a key set, has too many keys, or has none that can be used.
    """
    listed = read_object(content).get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("not a key set, or one with too many keys")
    allowed = tuple(algorithms)
    keys: dict[str | None, tuple[VerificationKey, ...]] = {}
    for entry in listed:
        key = _key_of(entry, allowed)
        if key is not None:
            keys[key.key_id] = (*keys.get(key.key_id, ()), key)
    if not keys:
        raise ValueError("no key in the set can be used")
    return keys


def all_keys(keys: KeysById) -> set[VerificationKey]:
    """Return the keys of a set."""
    return {key for same_id in keys.values() for key in same_id}


def _key_of(entry: Any, allowed: Iterable[str]) -> VerificationKey | None:
    """Return the key of an entry, or None if it is broken or for another use."""
    if not isinstance(entry, dict) or not _may_be_public(entry):
        return None
    key_id = entry.get("kid")
    try:
        if entry["kty"] == "RSA" and _bits(entry["n"]) not in RSA_BITS:
            return None
        key = JWKRegistry.import_key(entry)
        usable = frozenset(name for name in allowed if _fits(key, name))
        return VerificationKey(key_id, usable, key.thumbprint(), key) if usable else None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
        return None  # a set may have keys that only others understand (RFC 7517, section 5)


def _may_be_public(entry: Mapping[str, Any]) -> bool:
    return (
        entry.get("kty") in ("RSA", "EC", "OKP")
        and "d" not in entry
        and ("kid" not in entry or isinstance(entry["kid"], str))
    )


def _bits(modulus: str) -> int:
    decoded = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    return int.from_bytes(decoded, "big").bit_length()


def _fits(key: Key, algorithm: str) -> bool:
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
    except JoseError:
        return False
    return key.key_type != "OKP" or key.get("crv") in _CURVES_OF_EDDSA
