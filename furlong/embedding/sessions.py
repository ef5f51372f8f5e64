"""Sessions for frames: short, and bound to a customer, a brand and the origin of the surrounding page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from joserfc import jwt
from joserfc.jwk import OctKey

from foundation.tokens import Issuer
from furlong.embedding.settings import MAX_SECONDS, EmbeddingBrand, EmbedSettings

TYPE: Final = "embed+jwt"
"""The `typ` of these tokens, so that they and other kinds of tokens cannot be used in place of each other."""

_LEEWAY_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Brands:
    """The brands whose sites show the bet-slip.

    Attributes:
        by_id: The brands, by their ids.
        by_digest: The brand of each key, by the key's SHA-256 digest.
    """

    by_id: Mapping[str, EmbeddingBrand]
    by_digest: Mapping[str, str]

    @classmethod
    def of(cls, settings: EmbedSettings) -> Brands:
        """Read the brands.

        Raises:
            ValueError: The settings are wrong, or a brand has a key and no secret could sign its sessions.
        """
        by_id = settings.brands()
        by_digest = {digest: name for name, brand in by_id.items() for digest in brand.key_sha256}
        if by_digest and not settings.signing_keys:
            raise ValueError("set FURLONG_EMBED_SIGNING_KEYS: brands of FURLONG_EMBED_FILE have keys")
        return cls(by_id, by_digest)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of all brands."""
        return tuple(dict.fromkeys(origin for brand in self.by_id.values() for origin in brand.origins))

    def of_key(self, key: str) -> str | None:
        """Return the brand that a key belongs to."""
        # The digest of a guess does not show how close the guess was.
        return self.by_digest.get(sha256(key.encode("utf-8", "replace")).hexdigest())


def embed_issuer(settings: EmbedSettings) -> Issuer | None:
    """Return the issuer of sessions for frames, as verifiers need it; None if no such sessions are signed.

    Raises:
        ValueError: A secret is too short.
    """
    if not settings.signing_keys:
        return None
    newest, *older = settings.signing_keys
    return Issuer(
        issuer=settings.issuer,
        audiences=(settings.audience,),
        secret=newest,
        older_secrets=tuple(older),
        types=(TYPE,),
        untyped=False,
        longest_lifetime_seconds=MAX_SECONDS,
        required_claims=("sub", "brand", "origin", "iat"),
        leeway_seconds=_LEEWAY_SECONDS,
    )


def issued_session(settings: EmbedSettings, brand: str, customer: str, origin: str, now: datetime) -> str:
    """Return the token of a session, signed with the newest secret; each has an id, so no two are alike."""
    issued = int(now.timestamp())
    claims = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": customer,
        "brand": brand,
        "origin": origin,
        "iat": issued,
        "exp": issued + settings.seconds,
        "jti": token_urlsafe(12),
    }
    key = OctKey.import_key(settings.signing_keys[0].get_secret_value())
    return jwt.encode({"alg": "HS256", "typ": TYPE}, claims, key)
