"""Hub88's signatures: base64 of RSA with SHA-256 (PKCS#1 v1.5) over the raw body, in both directions.

Keys are PEM files, which are read again when they have changed; so a key is replaced without a restart: first
whoever verifies gets the new public key beside the old one, then whoever signs gets the new private key.
"""

import base64
import binascii
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

HEADER: Final = "X-Hub88-Signature"

MIN_KEY_BITS: Final = 2048
MAX_KEY_BITS: Final = 8192
"""Verifying takes longer with longer keys."""

MAX_KEYS: Final = 8
"""How many public keys a file may have."""

MAX_FILE_BYTES: Final = 64 * 1024
MAX_SIGNATURE_LENGTH: Final = 4 * (MAX_KEY_BITS // 8 // 3 + 1)
LOOK_SECONDS: Final = 1.0
"""How often a file is checked for changes, at most; a new key in it is known after that time."""

_PUBLIC_KEY: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
_T = TypeVar("_T")


class PemFile(Generic[_T]):
    """What a file says; while it is missing or broken, what it said last, and the log says so.

    Raises:
        OSError: It cannot be read at first.
        ValueError: It has no key that can be used at first.
    """

    def __init__(
        self, path: Path, read: Callable[[bytes], _T], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._read, self._clock = path, read, clock
        self._version = _version(path)
        self._value = read(_content(path))
        self._look_at = clock() + LOOK_SECONDS

    def __call__(self) -> _T:
        """Return what the file said at most a second ago."""
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_SECONDS
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            if (version := _version(self._path)) == self._version:
                return
            # Noted before it is read: if the file changes meanwhile, it is read again.
            self._version = version
            self._value = self._read(_content(self._path))
        except (OSError, ValueError) as error:
            told = error.strerror if isinstance(error, OSError) else str(error)
            structlog.get_logger("seamless").error(
                "seamless_keys_not_read", file=self._path.name, reason=told
            )
        else:
            structlog.get_logger("seamless").info("keys_read", file=self._path.name)


class Signer:
    """Signs with the private key of a PEM file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It has no key that can be used.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = PemFile(file, read_private_key, clock)

    def sign(self, body: bytes) -> str:
        """Return the header's value for a body."""
        return base64.b64encode(self._key().sign(body, PKCS1v15(), SHA256())).decode()


class Verifier:
    """Accepts what was signed with the private part of any key in some PEM files.

    Raises:
        OSError: A file cannot be read.
        ValueError: A file has no key that can be used, or there is no file.
    """

    def __init__(self, files: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> None:
        if not files:
            raise ValueError("without a public key, nothing can be verified")
        self._files = [PemFile(file, read_public_keys, clock) for file in files]

    def verifies(self, body: bytes, signature: str | None) -> bool:
        """Return whether a header's value was made for a body."""
        if not signature or len(signature) > MAX_SIGNATURE_LENGTH:
            return False
        try:
            decoded = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(_verifies(key, body, decoded) for file in self._files for key in file())


def read_private_key(content: bytes) -> RSAPrivateKey:
    """Return the private key of a PEM file.

    Raises:
        ValueError: It has none that can be used; the message contains no part of it.
    """
    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError):  # a key with a password is a TypeError
        raise ValueError("it is no PEM file with a private key without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the private key is not of RSA")  # noqa: TRY004 - content, not a caller's mistake
    _check_size(key.key_size)
    return key


def read_public_keys(content: bytes) -> tuple[RSAPublicKey, ...]:
    """Return the public keys of a PEM file.

    Raises:
        ValueError: It has none, too many, or one that cannot be used.
    """
    blocks = _PUBLIC_KEY.findall(content)
    if not 1 <= len(blocks) <= MAX_KEYS:
        raise ValueError(f"it is no PEM file with 1 to {MAX_KEYS} public keys")
    return tuple(_public_key(block) for block in blocks)


def _public_key(block: bytes) -> RSAPublicKey:
    try:
        key = load_pem_public_key(block)
    except ValueError:
        raise ValueError("a public key is broken") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a public key is not of RSA")  # noqa: TRY004 - content, not a caller's mistake
    _check_size(key.key_size)
    return key


def _check_size(bits: int) -> None:
    if not MIN_KEY_BITS <= bits <= MAX_KEY_BITS:
        raise ValueError(f"a key has {MIN_KEY_BITS} to {MAX_KEY_BITS} bits")


def _verifies(key: RSAPublicKey, body: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _version(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _content(path: Path) -> bytes:
    with path.open("rb") as opened:
        content = opened.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise ValueError("the file is too large")
    return content
