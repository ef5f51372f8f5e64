"""Hub88's signatures as a simulated operator makes and checks them: RSA with SHA-256 over the raw body."""

import base64
import binascii
from dataclasses import dataclass
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
        callers: Made the signatures of requests.
        stranger: Signs what is to be signed wrongly.
    """

    own: RSAPrivateKey
    callers: RSAPublicKey
    stranger: RSAPrivateKey

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the keys in a folder, which are made if it has none."""
        folder.mkdir(parents=True, exist_ok=True)
        for private, public in ((OURS, OURS_PUBLIC), (OPERATORS, OPERATORS_PUBLIC)):
            if not (folder / private).exists():
                make_keys(folder / private, folder / public)
        own = load_pem_private_key((folder / OPERATORS).read_bytes(), None)
        callers = load_pem_public_key((folder / OURS_PUBLIC).read_bytes())
        if not isinstance(own, RSAPrivateKey) or not isinstance(callers, RSAPublicKey):
            raise TypeError("the keys of a simulated operator are of RSA")
        return cls(own, callers, generate_private_key(65537, 2048))

    def verifies(self, body: bytes, signature: str | None) -> bool:
        """Tell whether the caller signed a body."""
        try:
            decoded = base64.b64decode(signature or "", validate=True)
            self.callers.verify(decoded, body, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True

    def sign(self, body: bytes, *, wrongly: bool = False) -> str:
        """Return the header's value for a body."""
        key = self.stranger if wrongly else self.own
        return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair of keys, also over an old one: then whoever had that has to be told."""
    key = generate_private_key(65537, 2048)
    written = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(written)
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
