"""Hub88's signatures as a simulated operator makes and checks them: RSA with SHA-256 over the raw body."""

import base64
import binascii
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

HEADER: Final = "X-Hub88-Signature"
OURS: Final = "ours.pem"
OURS_PUBLIC: Final = "ours-public.pem"
OPERATORS: Final = "operator.pem"
OPERATORS_PUBLIC: Final = "operator-public.pem"


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """The keys of an operator and of whoever asks it.

    Attributes:
        own: Signs answers.
        callers: Made the signatures of requests; providers of games may be among them.
    """

    own: RSAPrivateKey
    callers: list[RSAPublicKey]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the keys in a folder, which are made if it has none."""
        folder.mkdir(parents=True, exist_ok=True)
        for private, public in ((OURS, OURS_PUBLIC), (OPERATORS, OPERATORS_PUBLIC)):
            if not (folder / private).exists():
                make_keys(folder / private, folder / public)
        own = load_pem_private_key((folder / OPERATORS).read_bytes(), None)
        if not isinstance(own, RSAPrivateKey):
            raise TypeError("the keys of a simulated operator are of RSA")
        keys = cls(own, [])
        keys.admit(folder / OURS_PUBLIC)
        return keys

    def admit(self, public: Path) -> None:
        """Answer whoever signs with the key of a file, too."""
        caller = load_pem_public_key(public.read_bytes())
        if not isinstance(caller, RSAPublicKey):
            raise TypeError("the keys of who asks a simulated operator are of RSA")
        self.callers.append(caller)

    def verifies(self, body: bytes, signature: str | None) -> bool:
        """Tell whether one of the callers signed a body."""
        try:
            decoded = base64.b64decode(signature or "", validate=True)
        except binascii.Error:
            return False
        return any(_has_signed(caller, decoded, body) for caller in self.callers)

    def sign(self, body: bytes, *, wrongly: bool = False) -> str:
        """Return the header's value for a body."""
        key = stranger() if wrongly else self.own
        return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()


def _has_signed(caller: RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        caller.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@cache
def stranger() -> RSAPrivateKey:
    """Return a key that nobody knows, for what is to be signed wrongly."""
    return generate_private_key(65537, 2048)


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair of keys, also over an old one: then whoever had that has to be told."""
    key = generate_private_key(65537, 2048)
    written = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(written)
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
