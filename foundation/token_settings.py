"""Settings of bearer tokens: their issuers, the introspection of opaque ones, and where revocations are.

They are apart from `foundation.tokens`, which verifies tokens by them: what only reads settings imports no
cryptography.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

MIN_SECRET_BYTES: Final = 32
"""The shortest secret, that of HS256's output (RFC 7518, section 3.2)."""

PublicAlgorithm: TypeAlias = Literal[
    "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"
]
SecretAlgorithm: TypeAlias = Literal["HS256", "HS384", "HS512"]

_SECRET: Final = frozenset({"HS256", "HS384", "HS512"})
_STREAM_URL: Final = r"^(redis|rediss|unix)://"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

MediaType = Annotated[str, AfterValidator(lambda text: text.lower().removeprefix("application/"))]


class Issuer(BaseModel):
    """An issuer, its keys, and the rules for its tokens.

    Attributes:
        issuer: The `iss` of its tokens, compared character by character.
        audiences: A token's `aud` must name one of them.
        jwks_url: URL of its JSON Web Key Set; https, unless the host is this machine or `plain_http` is set.
        jwks_file: A file with its key set, which is read again as a URL is.
        secret: A secret that it shares with us, of at least 32 bytes.
        older_secrets: Secrets that were replaced, and whose tokens are still accepted.
        algorithms: The algorithms of its signatures; by default ES256 and RS256, or HS256 with a secret.
        types: The values of `typ` that are accepted, without `application/`.
        untyped: Whether a token without `typ` is accepted.
        longest_lifetime_seconds: The longest time from `iat` to `exp`; without `iat`, from now to `exp`.
        required_claims: Claims that a token must have, besides `iss`, `aud` and `exp`.
        leeway_seconds: How far clocks may differ.
        plain_http: Whether the key set may be fetched without TLS from another machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str = Field(min_length=1)
    audiences: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    jwks_url: str | None = None
    jwks_file: Path | None = None
    secret: SecretStr | None = None
    older_secrets: tuple[SecretStr, ...] = ()
    algorithms: tuple[PublicAlgorithm | SecretAlgorithm, ...] = ()
    types: tuple[MediaType, ...] = ("jwt", "at+jwt")
    untyped: bool = True
    longest_lifetime_seconds: int = Field(default=24 * 3600, gt=0)
    required_claims: tuple[str, ...] = ("sub",)
    leeway_seconds: int = Field(default=30, ge=0, le=300)
    plain_http: bool = False

    @property
    def accepted_algorithms(self) -> tuple[str, ...]:
        """The algorithms that are accepted, with the defaults filled in."""
        return self.algorithms or (("HS256",) if self.secret else ("ES256", "RS256"))

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        sources = [self.jwks_url, self.jwks_file, self.secret]
        if len(sources) - sources.count(None) != 1:
            raise ValueError("give one of jwks_url, jwks_file and secret")
        if self.older_secrets and self.secret is None:
            raise ValueError("older_secrets are for an issuer with a secret")
        secrets = [secret for secret in (self.secret, *self.older_secrets) if secret is not None]
        if any(len(secret.get_secret_value().encode()) < MIN_SECRET_BYTES for secret in secrets):
            raise ValueError(f"the secret is too short: use at least {MIN_SECRET_BYTES} bytes")
        # If a public key were used as a secret, anybody could sign.
        if any((name in _SECRET) != (self.secret is not None) for name in self.accepted_algorithms):
            raise ValueError("HS256, HS384 and HS512 are for a secret, and all others for a key set")
        if self.jwks_url is not None:
            check_url(self.jwks_url, plain_http=self.plain_http)
        return self


class Introspection(BaseModel):
    """How to introspect tokens that are not signed.

    Attributes:
        url: The introspection endpoint; https, unless the host is this machine or `plain_http` is set.
        client_id: Our client id at the issuer.
        client_secret: Our client secret at the issuer.
        issuer: The `iss` that an answer must have if it has any; it names the issuer of answers without one.
        audiences: The `aud` of an answer must name one of them; empty: whatever the issuer calls active.
        required_claims: Claims that an answer must have.
        cached_seconds: How long an answer is used, at most until its `exp`.
        refused_seconds: How long a token that is not active is refused without asking again.
        deadline_seconds: How long a request may take.
        requests: How many requests may be in progress at once.
        refused_per_second: How many tokens that are not active may be introspected in a second, after the
            first `requests`; while there are more, only tokens that were active before are introspected.
        leeway_seconds: How far the issuer's clock may be ahead of ours: for `nbf`.
        plain_http: Whether tokens may be sent without TLS to another machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    issuer: str = Field(min_length=1)
    audiences: tuple[str, ...] = ()
    required_claims: tuple[str, ...] = ("sub",)
    cached_seconds: float = Field(default=60.0, gt=0, le=3600)
    refused_seconds: float = Field(default=5.0, ge=0, le=60)
    deadline_seconds: float = Field(default=1.0, gt=0, le=30)
    requests: int = Field(default=32, gt=0)
    refused_per_second: float = Field(default=10.0, gt=0)
    leeway_seconds: int = Field(default=30, ge=0, le=300)
    plain_http: bool = False

    @model_validator(mode="after")
    def _trustworthy(self) -> Self:
        check_url(self.url, plain_http=self.plain_http)
        return self


class Revocations(BaseModel):
    """Where revocations are stored.

    Attributes:
        url: The Valkey or Redis, such as redis://127.0.0.1:6379/0.
        stream: The key of the stream.
        claims: Which claims, in addition to `iss`, may identify revoked tokens: one token, those of a
            session, or those of a subject.
        away_seconds: How long tokens are accepted while the stream cannot be read; after that none can be
            verified.
        most: How many revocations a process remembers; beyond that the oldest are forgotten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=_STREAM_URL, json_schema_extra={"writeOnly": True})
    stream: str = Field(default="furlong:revocations", min_length=1)
    claims: tuple[tuple[str, ...], ...] = (("jti",), ("sid",), ("sub",))
    away_seconds: float = Field(default=50.0, gt=0)
    most: int = Field(default=500_000, gt=0)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.claims or not all(names and "iss" not in names for names in self.claims):
            raise ValueError("claims: each entry names claims, and `iss` is always one of them")
        return self


def check_url(url: str, *, plain_http: bool) -> None:
    """Check that a URL of an issuer can be trusted.

    Raises:
        ValueError: It is not an https URL, and neither leads to this machine nor may be without TLS.
    """
    # Most processes have no such URL, and it takes as long to import as all settings.
    import httpx  # noqa: PLC0415

    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError("not a URL") from error
    if not parsed.host or parsed.scheme not in ("https", "http"):
        raise ValueError("not an https URL")
    if parsed.scheme == "http" and not plain_http and parsed.host not in _LOOPBACK:
        raise ValueError(
            "without TLS anybody on the network could replace it: use https, or allow plain HTTP"
        )
