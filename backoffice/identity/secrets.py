"""What the key of the back office is used for: encrypting second factors, and tokens bound to sessions."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

TOKEN_BYTES: Final = 32


class WrongKey(RuntimeError):
    """A second factor was encrypted with another key."""

    def __init__(self) -> None:
        super().__init__(
            "a second factor was encrypted with another FURLONG_BACKOFFICE_KEY: set that key again, or reset "
            "the account with `furlong backoffice user reset`"
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys for one purpose each, derived from the key in the settings."""

    encryption: bytes
    csrf: bytes
    attempts: bytes

    @classmethod
    def of(cls, key: str) -> "Keys":
        """Derive the keys.

        Raises:
            ValueError: There is no key.
        """
        if not key:
            raise ValueError("set FURLONG_BACKOFFICE_KEY to a secret of at least 32 characters")
        return cls(*(_derived(key, purpose) for purpose in ("encryption", "csrf", "attempts")))

    def encrypt(self, text: str) -> str:
        """Encrypt a second factor's secret, or the state of a sign-in elsewhere."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str, seconds: int | None = None) -> str:
        """Decrypt it again.

        Raises:
            WrongKey: It was encrypted with another key, was changed, or is older than `seconds`.
        """
        try:
            return self._fernet.decrypt(text.encode(), seconds).decode()
        except InvalidToken:
            raise WrongKey from None

    def csrf_token(self, token: str) -> str:
        """Return the CSRF token of a session."""
        return hmac.new(self.csrf, token.encode(), hashlib.sha256).hexdigest()

    def is_csrf_token(self, token: str, sent: str) -> bool:
        """Compare a CSRF token in constant time."""
        return hmac.compare_digest(self.csrf_token(token).encode(), sent.encode())

    def attempt_key(self, kind: str, value: str) -> str:
        """Return the name under which attempts are counted, from which nobody learns the value."""
        return f"{kind}:{hmac.new(self.attempts, value.encode(), hashlib.sha256).hexdigest()}"

    @property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.encryption))


def new_token() -> str:
    """Return a random token of 256 bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token: it has so much entropy that a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(key: str, purpose: str) -> bytes:
    return hmac.new(key.encode(), f"furlong backoffice {purpose}".encode(), hashlib.sha256).digest()
