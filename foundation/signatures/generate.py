"""Makes keys, as JSON Web Key Sets (RFC 7517)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from joserfc.jwk import OctKey, OKPKey

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
