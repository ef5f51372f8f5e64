"""An issuer of tokens, and what is accepted from it: keys, algorithms and claims."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, cast

import httpx
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from foundation.tokens.errors import InvalidToken, Reason

MIN_SECRET_BYTES: Final = 32
"""The shortest secret, that of HS256's output (RFC 7518, section 3.2)."""

PublicAlgorithm: TypeAlias = Literal[
    "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"
]
SecretAlgorithm: TypeAlias = Literal["HS256", "HS384", "HS512"]

_SECRET: Final = frozenset({"HS256", "HS384", "HS512"})
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
        secrets = [each for each in (self.secret, *self.older_secrets) if each is not None]
        if any(len(each.get_secret_value().encode()) < MIN_SECRET_BYTES for each in secrets):
            raise ValueError(f"the secret is too short: use at least {MIN_SECRET_BYTES} bytes")
        # If a public key were used as a secret, anybody could sign.
        if any((name in _SECRET) != (self.secret is not None) for name in self.accepted_algorithms):
            raise ValueError("HS256, HS384 and HS512 are for a secret, and all others for a key set")
        if self.jwks_url is not None:
            check_url(self.jwks_url, plain_http=self.plain_http)
        return self


def check_url(url: str, *, plain_http: bool) -> None:
    """Check that a URL of an issuer can be trusted.

    Raises:
        ValueError: It is not an https URL, and neither leads to this machine nor may be without TLS.
    """
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


class ClaimRules:
    """Checks the claims of one issuer's tokens.

    Args:
        issuer: The issuer, with what is accepted from it.
        now: Returns the time in seconds since the epoch.
    """

    def __init__(self, issuer: Issuer, now: Callable[[], float]) -> None:
        self._now = now
        self._leeway = issuer.leeway_seconds
        self._longest = issuer.longest_lifetime_seconds
        options: dict[str, ClaimsOption] = {
            name: {"essential": True} for name in ("exp", *issuer.required_claims)
        }
        options["iss"] = {"essential": True, "value": issuer.issuer}
        options["aud"] = {"essential": True, "values": list(issuer.audiences)}
        self._registry = JWTClaimsRegistry(
            now=cast("Callable[[], int]", now),  # fractions count: a token's times may have some
            leeway=issuer.leeway_seconds,
            **options,
        )

    def check(self, claims: Mapping[str, Any]) -> float:
        """Return until when a token with these claims is valid, in seconds since the epoch.

        Raises:
            InvalidToken: A claim is missing or wrong, or the token's lifetime is too long.
        """
        try:
            self._registry.validate(dict(claims))
            if self._lifetime(claims) > self._longest:
                raise InvalidToken(Reason.CLAIMS)
            return float(claims["exp"] + self._leeway)
        except ExpiredTokenError as error:
            raise InvalidToken(Reason.EXPIRED) from error
        except (JoseError, ArithmeticError, TypeError, ValueError) as error:
            raise InvalidToken(Reason.CLAIMS) from error

    def _lifetime(self, claims: Mapping[str, Any]) -> float:
        if "iat" in claims:
            return float(claims["exp"] - claims["iat"])
        return float(claims["exp"]) - self._now() - self._leeway
