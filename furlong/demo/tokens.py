"""Session tokens that are signed with the demo's own key."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from subgraphs.kit.settings import SessionSettings

ISSUER, AUDIENCE = "furlong-demo", "furlong"
LIFETIME = timedelta(hours=24)
KEY_FILE = "session.key"
INTERNAL_KEY_FILE = "internal.key"
BACKOFFICE_KEY_FILE = "backoffice.key"
EMBED_KEY_FILE = "embed.key"
HOUSE_KEY_FILE = "house.key"
HOUSE_SECRET = "house"  # noqa: S105 - the name by which fulfilment knows it


def demo_secret(data: Path) -> str:
    """Return the key of a data folder; the first call creates it, readable only by its owner."""
    return _kept_secret(data / KEY_FILE)


def internal_key(data: Path) -> str:
    """Return the key of the internal graph, in the same way."""
    return _kept_secret(data / INTERNAL_KEY_FILE)


def backoffice_key(data: Path) -> str:
    """Return the key of the back office, in the same way."""
    return _kept_secret(data / BACKOFFICE_KEY_FILE)


def embed_key(data: Path) -> str:
    """Return the key that signs sessions for frames on the sites of brands, in the same way."""
    return _kept_secret(data / EMBED_KEY_FILE)


def house_key(data: Path) -> str:
    """Return the secret with which fulfilment gives credits in the wallet, in the same way."""
    return _kept_secret(data / HOUSE_KEY_FILE)


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def demo_sessions(secret: str) -> SessionSettings:
    """Return the settings that accept the demo's tokens."""
    return SessionSettings(secret=SecretStr(secret), issuer=ISSUER, audience=AUDIENCE)


def make_token(sessions: SessionSettings, brand: str, customer: str, now: datetime) -> str:
    """Return a customer's session token, valid for 24 hours.

    Raises:
        ValueError: The settings have no secret, issuer or audience, so tokens are issued elsewhere.
    """
    if not (sessions.secret and sessions.issuer and sessions.audience):
        raise ValueError(
            "set FURLONG_JWT_SECRET, FURLONG_JWT_ISSUER and FURLONG_JWT_AUDIENCE, or run the demo"
        )
    claims = {
        "sub": customer,
        "brand": brand,
        "iss": sessions.issuer,
        "aud": sessions.audience,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(sessions.secret.get_secret_value()))
