"""Keys that sign and verify: JSON Web Key Sets (RFC 7517), where they come from, and how they are made."""

import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias

import orjson
import structlog
from cryptography.exceptions import InvalidSignature as InvalidEd25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey
from msgspec import Struct

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


class KeySet(Struct, frozen=True):
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


LOOK_SECONDS: Final = 1.0
"""How often a file is checked for changes, at most; a new key in it is known after that time."""


class KeySource(Protocol):
    """Returns the current keys."""

    def __call__(self) -> KeySet:
        """Return the keys; never waits."""
        ...


class FixedKeys(Struct, frozen=True):
    """Keys that never change."""

    keys: KeySet

    def __call__(self) -> KeySet:
        """Return the keys."""
        return self.keys


class KeyFile:
    """The keys of a file.

    When keys are needed, but at most every `LOOK_SECONDS`, the file is checked, and read if it has changed.
    While it is missing or broken, the last keys are used, and the log says so.

    Args:
        path: The file, a JSON Web Key Set.
        clock: Returns seconds that never go back.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not a key set, or a key in it cannot be used.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._version = _version(path)
        self._keys = _read(path)
        self._look_at = clock() + LOOK_SECONDS

    def __call__(self) -> KeySet:
        """Return the keys of the file as it was at most a second ago."""
        if self._clock() >= self._look_at:
            self._look()
        return self._keys

    def _look(self) -> None:
        self._look_at = self._clock() + LOOK_SECONDS
        try:
            version = _version(self._path)
            if version == self._version:
                return
            # Noted before it is read: if the file changes meanwhile, it is read again.
            self._version = version
            self._keys = _read(self._path)
        except (OSError, ValueError) as error:
            structlog.get_logger("signatures").error("signing_keys_not_read", reason=_told(error))
        else:
            structlog.get_logger("signatures").info("signing_keys_read", keys=sorted(self._keys.by_id))


def key_source(file: Path | None, text: str | None) -> KeySource | None:
    """Return the keys of a file or of a text; None without either.

    Raises:
        OSError: The file cannot be read.
        ValueError: Both are given, or the keys cannot be used.
    """
    if file is not None and text is not None:
        raise ValueError("give the keys in a file or in a setting, not both")
    if file is not None:
        return KeyFile(file)
    return None if text is None else FixedKeys(read_key_set(text.encode()))


def _version(path: Path) -> tuple[int, ...]:
    """Return what changes with a file's content, and with who may read it."""
    status = path.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _read(path: Path) -> KeySet:
    with path.open("rb") as opened:
        return read_key_set(opened.read(MAX_BYTES + 1))


def _told(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)


SECRET_BITS: Final = 256
PRIVATE_PARTS: Final = frozenset({"d"})


def new_key(key_id: str, *, shared: bool = False) -> dict[str, Any]:
    """Return a new key: a private one (Ed25519), or a secret that gateway and subgraphs share."""
    if shared:
        key = OctKey.generate_key(SECRET_BITS, {"kid": key_id, "use": "sig"}).as_dict(private=True)
    else:
        key = OKPKey.generate_key("Ed25519", {"kid": key_id, "use": "sig"}).as_dict(private=True)
    return dict(key)


def public_part(keys: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what subgraphs need to verify: public keys without their private parts.

    Raises:
        ValueError: One of them is a secret, which has no public part.
    """
    found = []
    for key in keys:
        if key.get("kty") != "OKP":
            raise ValueError(
                f"the key {key.get('kid')} is a shared secret: give subgraphs the key set itself"
            )
        found.append({name: value for name, value in key.items() if name not in PRIVATE_PARTS})
    return found
