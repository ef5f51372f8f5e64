"""The keys of a provider, and of the operator whose customers play at it."""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from simulator.seamless.signing import make_keys, stranger

OPERATOR: Final = "operator.pem"
OPERATOR_PUBLIC: Final = "operator-public.pem"


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys of a provider.

    Attributes:
        own: Signs requests to the operator's wallet, and answers.
        operators: Made the signatures of the operator's requests, and of its wallet's answers.
    """

    own: RSAPrivateKey
    operators: RSAPublicKey

    @classmethod
    def of(cls, folder: Path, name: str, operator: Path | None = None) -> Self:
        """Return a provider's keys in a folder; what it lacks is made.

        Args:
            folder: The folder.
            name: The provider's name.
            operator: The file of the operator's public key; by default one in the folder.

        Raises:
            OSError: A file cannot be read or written.
            ValueError: A file has no key of RSA.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if operator is None:
            operator = folder / OPERATOR_PUBLIC
            if not operator.exists():
                make_keys(folder / OPERATOR, operator)
        private = folder / f"{name}.pem"
        if not private.exists():
            make_keys(private, public_file(folder, name))
        own = load_pem_private_key(private.read_bytes(), None)
        operators = load_pem_public_key(operator.read_bytes())
        if not isinstance(own, RSAPrivateKey) or not isinstance(operators, RSAPublicKey):
            raise ValueError("a key of a simulated provider is of RSA")  # noqa: TRY004 - of a file's content
        return cls(own, operators)

    def verifies(self, body: bytes, signature: str | None) -> bool:
        """Tell whether the operator signed a body."""
        try:
            decoded = base64.b64decode(signature or "", validate=True)
            self.operators.verify(decoded, body, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error):
            return False
        return True

    def sign(self, body: bytes, *, wrongly: bool = False) -> str:
        """Return the header's value for a body."""
        key = stranger() if wrongly else self.own
        return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()


def public_file(folder: Path, name: str) -> Path:
    """Return the file of a provider's public key."""
    return folder / f"{name}-public.pem"
