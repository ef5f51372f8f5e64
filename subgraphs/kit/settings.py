"""Settings that every subgraph reads from the environment."""

from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.token_settings import MIN_SECRET_BYTES, Revocations, check_url

Execution: TypeAlias = Literal["compiled", "plain"]
CallersMode: TypeAlias = Literal["signed", "unsigned", "development"]


class PublicDataSettings(BaseSettings):
    """How brands, schemes, rewards and content are cached. Customers' data never are."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_PUBLIC_DATA_")

    stale_seconds: float = Field(default=5.0, gt=0, description="How stale public data may be")
    away_seconds: float = Field(
        default=900.0,
        gt=0,
        description="How stale they may be while the database cannot be reached",
    )


class ExecutionSettings(BaseSettings):
    """How a subgraph executes operations, and whether it counts what it serves."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SUBGRAPH_")

    execution: Execution = Field(
        default="compiled",
        description="compiled: each operation is compiled once; plain: Strawberry and graphql-core "
        "interpret it each time, with the same answers",
    )
    count_seconds: float = Field(
        default=0.0,
        ge=0,
        le=3600,
        description="How often a process writes how many rewards it showed, previews it answered and live "
        "events it sent, for analytics, such as 60; 0: it does not count",
    )


class CallLimits(BaseModel):
    """How much one request may ask for."""

    model_config = ConfigDict(frozen=True)

    representations: int = Field(
        default=1_000, ge=1, description="The most items in a list of variables, such as representations"
    )
    answer_places: int = Field(
        default=200_000, ge=1, description="The most fields and list items of a response"
    )
    answer_bytes: int = Field(default=2 * 1024 * 1024, ge=1, description="The largest response, in bytes")


class CallerSettings(BaseSettings, CallLimits):
    """Who may call a subgraph that runs as a separate server, and how much one request may ask for."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SUBGRAPH_", hide_input_in_errors=True)

    callers: CallersMode = Field(
        default="signed",
        description="signed: only requests that the gateway has signed are answered; unsigned: everybody's, "
        "but nobody gets the schema; development: everybody's, and everybody gets the schema",
    )
    gateway_keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set with the gateway's keys: secrets (kty oct) or public keys (Ed25519). "
        "It is read again when it changes",
    )
    gateway_keys: SecretStr | None = Field(default=None, description="The same as a text instead of a file")
    signature_seconds: int = Field(
        default=60, ge=1, le=600, description="The longest life of a signature that is accepted"
    )
    clock_skew_seconds: float = Field(
        default=5.0, ge=0, le=60, description="How far the gateway's clock may be from ours"
    )
    signatures_kept: int = Field(
        default=500_000,
        ge=1,
        description="Signatures that a process remembers, so that none is accepted twice; when there are "
        "more within their lifetime, requests are refused with 503",
    )
    signatures_valkey_url: str | None = Field(
        default=None,
        pattern=r"^(redis|rediss|unix)://",
        json_schema_extra={"writeOnly": True},
        description="Valkey or Redis, such as redis://127.0.0.1:6379/0, by which all processes of a subgraph "
        "remember signatures together; without it a request could be repeated at another process",
    )
    signatures_valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for it; after that, the process goes by its own memory for a second",
    )


class SessionSettings(BaseSettings):
    """How customers' bearer tokens are verified: with a key set's URL, or with one shared secret."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_JWT_", hide_input_in_errors=True)

    jwks_url: str | None = Field(
        default=None, description="URL of the issuer's JSON Web Key Set (ES256, RS256)"
    )
    tokens_kept: int = Field(
        default=100_000, ge=1, description="Verified tokens that a process remembers until they expire"
    )
    secret: SecretStr | None = Field(default=None, description="Shared secret for HS256, at least 32 bytes")
    issuer: str | None = Field(default=None, description="Required: the `iss` that tokens must carry")
    audience: str | None = Field(default=None, description="Required: the `aud` that tokens must carry")
    leeway_seconds: int = Field(default=30, ge=0, le=120, description="Clock skew that is forgiven")
    longest_lifetime_seconds: int = Field(
        default=24 * 3600,
        gt=0,
        description="The longest life of a token, from `iat` to `exp`; without `iat`, from now to `exp`",
    )
    types: tuple[str, ...] = Field(
        default=("JWT", "at+jwt"),
        description="The values of `typ` that tokens may have; a token without `typ` is accepted",
    )
    revocations: Revocations | None = Field(
        default=None,
        description='Where sessions are revoked before they expire, such as {"url":"redis://127.0.0.1:6379/0"}',
    )
    jwks_plain_http: bool = Field(
        default=False,
        description="Whether the key set may be fetched without TLS from another machine",
    )

    @model_validator(mode="after")
    def _one_key_source(self) -> "SessionSettings":
        if self.jwks_url and self.secret:
            raise ValueError("set FURLONG_JWT_JWKS_URL or FURLONG_JWT_SECRET, not both")
        if self.secret and len(self.secret.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"FURLONG_JWT_SECRET is too short: use at least {MIN_SECRET_BYTES} bytes")
        if self.jwks_url:
            try:
                check_url(self.jwks_url, plain_http=self.jwks_plain_http)
            except ValueError as error:
                raise ValueError(f"FURLONG_JWT_JWKS_URL: {error}") from error
        return self


class VisitorSettings(BaseSettings):
    """What is known of visitors besides their sessions."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_VISITOR_", frozen=True)

    territory_header: str = Field(
        default="",
        pattern=r"^([a-z][a-z0-9-]{0,63})?$",
        description="The header, in lower case, in which your edge says where a visitor is, as a code of "
        "ISO 3166-1 such as GB; the edge must replace what clients send. Empty: no header says it",
    )

    @field_validator("territory_header")
    @classmethod
    def _is_only_for_this(cls, name: str) -> str:
        if name in {"authorization", "cookie", "accept", "accept-language", "host", "content-type"}:
            raise ValueError(f"{name} says something else")
        return name


class UpstreamSettings(BaseSettings):
    """The upstream's API, the system of record for membership and choice."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_UPSTREAM_")

    url: str = Field(default="http://127.0.0.1:8900", description="Base URL of the upstream API")
    timeout_seconds: float = Field(default=1.5, gt=0, description="Timeout of one call")
    attempts: int = Field(
        default=2, ge=1, le=5, description="Calls made with the same idempotency key before giving up"
    )
    retry_delay_seconds: float = Field(default=0.1, ge=0, description="Pause before a further attempt")


class CompareSettings(BaseSettings):
    """How often and how fast the upstream's records are compared with ours."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_COMPARE_")

    every_minutes: float = Field(
        default=60.0, gt=0, description="How long after the end of a round the next one begins"
    )
    per_second: float = Field(
        default=20.0, gt=0, description="Customers that are compared a second, at most: one or two calls each"
    )
