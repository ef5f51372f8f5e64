"""Settings: whose bearer tokens are accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import Field, model_validator

from foundation.token_settings import Introspection, Issuer, Revocations
from gateway.settings.feature_settings import FeatureSettings


class SessionSettings(FeatureSettings, prefix="FURLONG_GATEWAY__SESSIONS__"):
    """Whose bearer tokens are accepted; without an issuer, the gateway does not check sessions."""

    former: ClassVar[Mapping[str, str]] = {
        "issuers": "token_issuers",
        "introspection": "token_introspection",
        "revocations": "token_revocations",
        "anonymous": "token_anonymous",
        "keys_seconds": "token_keys_seconds",
        "keys_deadline_seconds": "token_keys_deadline_seconds",
        "keys_kept_seconds": "token_keys_kept_seconds",
        "tokens_kept": "tokens_kept",
    }

    issuers: tuple[Issuer, ...] = Field(
        default=(),
        description='Issuers of signed tokens, such as [{"issuer":"https://login.example","audiences":'
        '["shop"],"jwks_url":"https://login.example/keys"}]; requests without a valid token are refused.',
    )
    introspection: Introspection | None = Field(
        default=None,
        description="The endpoint that introspects opaque tokens (RFC 7662), such as "
        '{"url":"https://login.example/introspect","issuer":"https://login.example","client_id":"…","client_secret":"…"}.',
    )
    revocations: Revocations | None = Field(
        default=None,
        description='The list of revoked tokens, such as {"url":"redis://127.0.0.1:6379/0"}.',
    )
    anonymous: bool = Field(
        default=False,
        description="Whether requests without an authorization header are answered although tokens are "
        "checked.",
    )
    keys_seconds: float = Field(
        default=300.0, ge=1, description="How often key sets are fetched again, in the background."
    )
    keys_deadline_seconds: float = Field(
        default=3.0, gt=0, description="The time limit for fetching a key set."
    )
    keys_kept_seconds: float = Field(
        default=24 * 3600.0,
        gt=0,
        description="How long known keys remain valid while a key set cannot be fetched.",
    )
    tokens_kept: int = Field(
        default=100_000, gt=0, description="How many verified tokens a process remembers until they expire."
    )

    @property
    def is_on(self) -> bool:
        """Whether tokens are checked."""
        return bool(self.issuers) or self.introspection is not None

    @model_validator(mode="after")
    def _one_of_each_issuer(self) -> Self:
        """Refuse two entries for one issuer."""
        names = Counter(issuer.issuer for issuer in self.issuers)
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise ValueError(f"issuers: {twice[0]} is listed twice")
        return self
