"""Keys that sign and verify, and reading them from a JSON Web Key Set (RFC 7517)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import orjson
from cryptography.exceptions import InvalidSignature as InvalidEd25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

Algorithm: TypeAlias = Literal["hmac-sha256", "ed25519"]
"""The names of RFC 9421, section 3.3."""

MAX_BYTES: Final = 64 * 1024
MAX_KEYS: Final = 32
MAX_KEY_ID: Final = 128
MIN_SECRET_BYTES: Final = 32
NAMES: Final[Mapping[str, frozenset[str]]] = {
    "oct": frozenset({"HS256"}),
    "OKP": frozenset({"EdDSA", "Ed25519"}),
}
"""The values of `alg` (RFC 7518; RFC 9864) that each `kty` may have here."""


@dataclass(frozen=True, slots=True)
class SignatureKey:
    """A key.

    Attributes:
        key_id: Its `kid`.
        algorithm: The only algorithm that it is used with.
    """

    key_id: str
    algorithm: Algorithm
    _secret: bytes | None = field(default=None, repr=False)
    _private: Ed25519PrivateKey | None = field(default=None, repr=False)
    _public: Ed25519PublicKey | None = field(default=None, repr=False)

    @property
    def can_sign(self) -> bool:
        """Whether it is secret or private, and not a public key."""
        return self._secret is not None or self._private is not None

    def sign(self, content: bytes) -> bytes:
        """Return the signature of a content.

        Raises:
            ValueError: It is a public key.
        """
        if self._secret is not None:
            return hmac.digest(self._secret, content, "sha256")
        if self._private is None:
            raise ValueError("a public key cannot sign")
        return self._private.sign(content)

    def verifies(self, content: bytes, signature: bytes) -> bool:
        """Return whether a signature is this key's."""
        if self._secret is not None:
            return hmac.compare_digest(hmac.digest(self._secret, content, "sha256"), signature)
        if self._public is None:
            return False
        try:
            self._public.verify(signature, content)
        except InvalidEd25519:
            return False
        return True


@dataclass(frozen=True, slots=True)
class KeySet:
    """A set of keys: the first one that can sign signs, and all of them verify.

    Attributes:
        by_id: All keys.
        signing: The key that signs; None if all keys are public.
    """

    by_id: Mapping[str, SignatureKey]
    signing: SignatureKey | None


def read_key_set(content: bytes) -> KeySet:
    """Return the keys of a set.

    Raises:
        ValueError: It is not a key set, or a key in it cannot be used; the message contains no part of a key.
    """
    if len(content) > MAX_BYTES:
        raise ValueError("the key set is too large")
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ValueError("the key set is not JSON") from None
    listed = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_KEYS:
        raise ValueError(f"a key set has a list `keys` of 1 to {MAX_KEYS} keys")
    keys = [_key_of(entry, position) for position, entry in enumerate(listed)]
    by_id = {key.key_id: key for key in keys}
    if len(by_id) != len(keys):
        raise ValueError("two keys have the same kid")
    return KeySet(by_id, next((key for key in keys if key.can_sign), None))


def _key_of(entry: Any, position: int) -> SignatureKey:
    where = f"key {position + 1} of the set"
    if not isinstance(entry, dict):
        raise ValueError(f"{where} is not an object")  # noqa: TRY004 - content, not a caller's mistake
    key_id, kind, algorithm = entry.get("kid"), entry.get("kty"), entry.get("alg")
    if not (isinstance(key_id, str) and 0 < len(key_id) <= MAX_KEY_ID and _is_plain(key_id)):
        raise ValueError(f"{where} needs a kid of 1 to {MAX_KEY_ID} printable ASCII characters")
    if not isinstance(kind, str) or kind not in NAMES or (kind == "OKP" and entry.get("crv") != "Ed25519"):
        raise ValueError(f"{where} is neither of kty oct nor of kty OKP with crv Ed25519")
    if algorithm is not None and algorithm not in NAMES[kind]:
        raise ValueError(f"{where} is for another algorithm than {' or '.join(sorted(NAMES[kind]))}")
    if entry.get("use", "sig") != "sig":
        raise ValueError(f"{where} is not for signatures")
    try:
        return _secret_key(entry, key_id) if kind == "oct" else _ed25519_key(entry, key_id)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        said = str(error) if isinstance(error, _ShortSecretError) else "is broken"
        raise ValueError(f"{where} {said}") from None


class _ShortSecretError(ValueError):
    """A secret can be guessed."""


def _secret_key(entry: dict[str, Any], key_id: str) -> SignatureKey:
    secret = OctKey.import_key(entry).raw_value
    if len(secret) < MIN_SECRET_BYTES:
        raise _ShortSecretError(f"is shorter than {MIN_SECRET_BYTES} bytes")
    return SignatureKey(key_id, "hmac-sha256", _secret=secret)


def _ed25519_key(entry: dict[str, Any], key_id: str) -> SignatureKey:
    key = OKPKey.import_key(entry)
    private, public = key.private_key, key.public_key
    if not isinstance(public, Ed25519PublicKey):
        raise TypeError("another curve")
    if private is None:
        return SignatureKey(key_id, "ed25519", _public=public)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("another curve")
    return SignatureKey(key_id, "ed25519", _private=private, _public=public)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
