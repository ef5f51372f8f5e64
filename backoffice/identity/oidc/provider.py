"""An OpenID provider: where it sends people, what it says of them, and whether its tokens are genuine.

Claims are read strictly: types, lengths, and what must be there.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args
from urllib.parse import quote_plus

import httpx
import msgspec
from msgspec import Meta

from backoffice.errors import BackofficeError
from backoffice.identity.oidc.claims import IdClaims, LogoutClaims, read_id_claims, read_logout_claims
from backoffice.identity.secrets import new_token
from backoffice.settings import OidcSettings
from foundation.token_settings import PublicAlgorithm, check_url
from foundation.tokens import InvalidToken, Issuer, Reason, RefreshLimits, VerificationUnavailable
from foundation.tokens.claim_rules import ClaimRules
from foundation.tokens.compact import SignedToken, read_compact, read_object
from foundation.tokens.keys import RefreshedKeys
from foundation.tokens.keys.download import Download, make_client, read_answer
from foundation.tokens.verifier import TrustedIssuer

ALGORITHMS: Final[tuple[PublicAlgorithm, ...]] = get_args(PublicAlgorithm)
LEEWAY: Final = 60
SECONDS: Final = 10.0
LIMITS: Final = RefreshLimits(deadline=SECONDS, wait=3.0)

Url = Annotated[str, Meta(min_length=1, max_length=2000)]


class ProviderRefused(BackofficeError):
    """The provider does not vouch for the person."""

    code = "PROVIDER_REFUSED"


class ProviderUnavailable(ProviderRefused):
    """The provider cannot be reached, or is not the one of the settings."""

    code = "PROVIDER_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The identity provider cannot be reached: try again soon.")


class Attempt(msgspec.Struct, frozen=True):
    """A sign-in that has begun in one browser.

    Attributes:
        began: When, in seconds since the epoch.
        session: The session to step up; empty for a new one.
        state: Binds the provider's answer to the browser.
        nonce: Binds the ID token to this attempt.
        verifier: Binds the code to us (PKCE).
    """

    began: float
    session: str = ""
    state: str = msgspec.field(default_factory=new_token)
    nonce: str = msgspec.field(default_factory=new_token)
    verifier: str = msgspec.field(default_factory=new_token)


class Metadata(msgspec.Struct, frozen=True):
    """What the provider says about itself (OpenID Connect Discovery, section 3)."""

    issuer: str
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url
    authorization_response_iss_parameter_supported: bool = False


class TokenResponse(msgspec.Struct, frozen=True):
    """What the provider gives for a code."""

    id_token: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """A provider whose metadata are known.

    Attributes:
        id_tokens: Checks its ID tokens.
        logout_tokens: Checks its logout tokens.
    """

    metadata: Metadata
    id_tokens: TrustedIssuer
    logout_tokens: TrustedIssuer


class Provider:
    """The configured provider.

    Its metadata are read with its keys: when they are first needed, then every five minutes. Nothing that
    others send makes us ask more often than the limits of a key set allow.

    Args:
        settings: Which provider.
        now: Returns machine time in seconds since the epoch.
    """

    def __init__(self, settings: OidcSettings, now: Callable[[], float]) -> None:
        self.settings = settings
        self.now = now
        self._client = make_client()
        self._discovered: Discovered | None = None
        self._keys = RefreshedKeys(
            settings.issuer, self._load, ALGORITHMS, LIMITS, now=now, on_close=self._client.aclose
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._keys.close()

    async def authorization_url(self, redirect: str, attempt: Attempt, **more: Any) -> str:
        """Return where to send the browser.

        Args:
            redirect: Our callback.
            attempt: What the answer has to belong to.
            more: Further parameters, such as `prompt`.

        Raises:
            ProviderUnavailable: The provider cannot be reached.
        """
        metadata = (await self._provider()).metadata
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": self.settings.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            **more,
        }
        return str(httpx.URL(metadata.authorization_endpoint).copy_merge_params(parameters))

    async def require_own(self, issuer: str | None) -> None:
        """Check the `iss` of an answer (RFC 9207), which a provider that announces it always gives.

        Raises:
            ProviderRefused: The answer comes from another provider.
        """
        announced = (await self._provider()).metadata.authorization_response_iss_parameter_supported
        if issuer != self.settings.issuer and (issuer is not None or announced):
            raise ProviderRefused("This answer comes from another provider.")

    async def claims_for(self, code: str, redirect: str, attempt: Attempt) -> IdClaims:
        """Exchange a code, and return the claims of the ID token.

        Raises:
            ProviderRefused: The code is not accepted, or the token is not genuine, not for us, or not new.
        """
        provider = await self._provider()
        response = await self._token(
            provider.metadata.token_endpoint,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect,
                "code_verifier": attempt.verifier,
            },
        )
        try:
            token = await self._genuine(response.id_token, provider.id_tokens)
            claims = read_id_claims(token.claims, self.settings.claim)
        except (InvalidToken, ValueError) as error:
            raise ProviderRefused("The provider's token is not valid.") from error
        if not hmac.compare_digest(claims.nonce.encode(), attempt.nonce.encode()):
            raise ProviderRefused("The provider's answer belongs to another sign-in.")
        if claims.issued_at < attempt.began - LEEWAY:
            raise ProviderRefused("The provider's token is older than this sign-in.")
        return claims

    async def logged_out(self, token: str) -> LogoutClaims:
        """Return what a logout token ends (OpenID Connect Back-Channel Logout).

        Raises:
            ProviderRefused: It is not a genuine logout token.
        """
        provider = await self._provider()
        try:
            return read_logout_claims((await self._genuine(token, provider.logout_tokens)).claims)
        except (InvalidToken, ValueError) as error:
            raise ProviderRefused("This is not a genuine logout token.") from error

    async def _genuine(self, text: str, issuer: TrustedIssuer) -> SignedToken:
        """Return a token that the provider signed for us.

        Raises:
            InvalidToken: It did not.
            ProviderUnavailable: Its keys cannot be read.
        """
        token = read_compact(text)
        try:
            await issuer.verify(token)
        except VerificationUnavailable as error:
            raise ProviderUnavailable from error
        claims, client = token.claims, self.settings.client_id
        # A token for several clients says which of them asked for it (OpenID Connect Core, 3.1.3.7).
        if (claims["aud"] not in (client, [client]) or "azp" in claims) and claims.get("azp") != client:
            raise InvalidToken(Reason.CLAIMS)
        return token

    async def _provider(self) -> Discovered:
        if self._discovered is None:
            await self._keys.start()
        if self._discovered is None:
            raise ProviderUnavailable
        return self._discovered

    async def _load(self) -> bytes:
        """Read the metadata, and return the content of the key set."""
        url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = msgspec.convert(read_object(await Download(url, self._client)()), Metadata)
        if metadata.issuer != self.settings.issuer:
            raise ValueError("the provider names another issuer: correct the settings")
        for endpoint in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            check_url(endpoint, plain_http=False)
        content = await Download(metadata.jwks_uri, self._client)()
        self._discovered = Discovered(
            metadata, self._trusted(metadata, ("jwt",)), self._trusted(metadata, ("logout+jwt", "jwt"))
        )
        return content

    def _trusted(self, metadata: Metadata, types: tuple[str, ...]) -> TrustedIssuer:
        accepted = Issuer(
            issuer=metadata.issuer,
            audiences=(self.settings.client_id,),
            jwks_url=metadata.jwks_uri,
            algorithms=ALGORITHMS,
            types=types,
            required_claims=("iat",),
            leeway_seconds=LEEWAY,
        )
        return TrustedIssuer(accepted, self._keys, ClaimRules(accepted, self.now))

    async def _token(self, url: str, parameters: dict[str, str]) -> TokenResponse:
        """Return the answer of the token endpoint; the client proves itself by Basic (RFC 6749, 2.3.1)."""
        name, word = self.settings.client_id, self.settings.client_secret.get_secret_value()
        basic = httpx.BasicAuth(quote_plus(name), quote_plus(word)) if word else httpx.USE_CLIENT_DEFAULT
        sent = parameters if word else {**parameters, "client_id": name}
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._client.stream("POST", url, data=sent, auth=basic, headers=headers) as answer,
            ):
                if answer.is_server_error:
                    raise ProviderUnavailable
                return msgspec.convert(read_object(await read_answer(answer)), TokenResponse)
        except (OSError, httpx.TransportError) as error:
            raise ProviderUnavailable from error
        except (ValueError, httpx.HTTPError) as error:
            raise ProviderRefused("The provider did not accept the sign-in.") from error
