"""An issuer of tests: its keys, its key set, and tokens as it signs them, or as nobody should."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

ISSUER: Final = "https://login.test"
AUDIENCE: Final = "shop"
NOW: Final = 1_774_440_000.0
FIRST: Final = ECKey.generate_key("P-256", {"kid": "first"})
SECOND: Final = ECKey.generate_key("P-256", {"kid": "second"})
CLAIMS: Final[dict[str, Any]] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "c-1",
    "brand": "northbet",
    "iat": int(NOW),
    "exp": int(NOW) + 3600,
}


@dataclass(slots=True)
class ManualTime:
    """Seconds since the epoch, which change only when moved."""

    seconds: float = NOW

    def __call__(self) -> float:
        """The time."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Move it forward."""
        self.seconds += seconds


def part(value: Any) -> str:
    """A JSON value, or a text or bytes as they are, as a part of a token."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, bytes):
        value = json.dumps(value).encode()
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def signature(signed: str, key: ECKey | RSAKey | OctKey = FIRST, algorithm: str = "ES256") -> bytes:
    """The signature of a text."""
    return JWSRegistry.algorithms[algorithm].sign(signed.encode(), key)


def token(
    header: Any = None,
    claims: Any = None,
    key: ECKey | RSAKey | OctKey = FIRST,
    *,
    algorithm: str = "ES256",
) -> str:
    """A token with any header and payload, honestly signed.

    Args:
        header: The whole header, or a mapping of what differs from the usual one; `...` takes a name away.
        claims: The same for the payload.
        key: What signs it.
        algorithm: How it signs.
    """
    usual = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}
    signed = f"{part(_changed(usual, header))}.{part(_changed(CLAIMS, claims))}"
    return f"{signed}.{part(signature(signed, key, algorithm))}"


def key_set(*keys: ECKey | RSAKey | OctKey, **more: dict[str, Any]) -> bytes:
    """A key set as it is published; `more` adds to the keys with these ids."""
    listed = [key.as_dict(private=isinstance(key, OctKey)) for key in keys]
    return json.dumps({"keys": [entry | more.get(str(entry.get("kid")), {}) for entry in listed]}).encode()


def _changed(usual: dict[str, Any], changes: Any) -> Any:
    if changes is None:
        return usual
    if not isinstance(changes, dict):
        return changes
    return {name: value for name, value in (usual | changes).items() if value is not ...}
