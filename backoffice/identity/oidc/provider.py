"""An OpenID provider: where it sends people, what it gives for a code, and whether its tokens are genuine."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backoffice.errors import BackofficeError
from backoffice.identity.oidc.settings import OidcSettings

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512"]
LEEWAY: Final = 60
KEYS_LAST: Final = timedelta(hours=1)
SECONDS: Final = 10.0
LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"


class ProviderRefused(BackofficeError):
    """The provider does not vouch for the person, or cannot be reached."""

    code = "PROVIDER_REFUSED"


@dataclass(slots=True)
class Provider:
    """The configured provider; its metadata and keys are read when they are first needed.

    Attributes:
        transport: For tests; None for the network.
    """

    settings: OidcSettings
    transport: httpx.AsyncBaseTransport | None = None
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: tuple[datetime, KeySet] | None = None

    async def authorization_url(self, redirect: str, attempt: Mapping[str, str], **more: Any) -> str:
        """Return where to send the browser.

        Args:
            redirect: Our callback.
            attempt: `state`, `nonce` and the PKCE `verifier`.
            more: Further parameters, such as `prompt`.
        """
        metadata = await self._discovered()
        challenge = hashlib.sha256(attempt["verifier"].encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": self.settings.scope,
            "state": attempt["state"],
            "nonce": attempt["nonce"],
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            **more,
        }
        return str(httpx.URL(metadata["authorization_endpoint"]).copy_merge_params(parameters))

    async def claims_for(
        self, code: str, redirect: str, attempt: Mapping[str, str], now: datetime
    ) -> dict[str, Any]:
        """Exchange a code, and return the claims of the ID token.

        Raises:
            ProviderRefused: The code is not accepted, or the token is not genuine, not for us, or not new.
        """
        token = await self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect,
                "code_verifier": attempt["verifier"],
            }
        )
        claims = await self._verified(str(token.get("id_token", "")), now)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt["nonce"].encode()):
            raise ProviderRefused("The provider's answer belongs to another sign-in.")
        if not claims.get("sub"):
            raise ProviderRefused("The provider does not say who signed in.")
        return claims

    async def logged_out(self, token: str, now: datetime) -> tuple[str | None, str | None]:
        """Return the session and the subject that a logout token ends (OpenID Connect Back-Channel Logout).

        Raises:
            ProviderRefused: It is not a genuine logout token.
        """
        claims = await self._verified(token, now)
        events = claims.get("events")
        if not isinstance(events, Mapping) or LOGOUT not in events or "nonce" in claims:
            raise ProviderRefused("This is not a logout token.")
        session, subject = claims.get("sid"), claims.get("sub")
        if not session and not subject:
            raise ProviderRefused("The logout token names neither a session nor a person.")
        return session, subject

    async def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        """Return the claims of a token that the provider signed for us and that has not ended."""
        try:
            try:
                found = jwt.decode(token, await self._key_set(now), algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # The keys may have been replaced since they were read.
                found = jwt.decode(token, await self._key_set(now, fresh=True), algorithms=ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                iat={"essential": True},
            )
            registry.validate(found.claims)
        except (JoseError, ValueError) as error:
            raise ProviderRefused("The provider's token is not valid.") from error
        claims = dict(found.claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise ProviderRefused("The provider's token is for another client.")
        return claims

    async def _discovered(self) -> dict[str, Any]:
        if not self._metadata:
            url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = await self._json(url)
            if found.get("issuer") != self.settings.issuer:
                raise ProviderRefused("The provider names another issuer: correct the settings.")
            self._metadata = found
        return self._metadata

    async def _key_set(self, now: datetime, *, fresh: bool = False) -> KeySet:
        if fresh or self._keys is None or self._keys[0] + KEYS_LAST <= now:
            found = await self._json((await self._discovered())["jwks_uri"])
            self._keys = now, KeySet.import_key_set(found)  # type: ignore[arg-type]
        return self._keys[1]

    async def _json(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=SECONDS) as client:
                response = await client.get(url)
                found: dict[str, Any] = response.raise_for_status().json()
                return found
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderRefused("The provider cannot be reached: try again soon.") from error

    async def _token(self, parameters: dict[str, str]) -> dict[str, Any]:
        """Return the answer of the token endpoint; the client proves itself by Basic (RFC 6749, 2.3.1)."""
        url, secret = (await self._discovered())["token_endpoint"], self.settings.client_secret
        name, word = self.settings.client_id, secret.get_secret_value()
        basic = httpx.BasicAuth(quote_plus(name), quote_plus(word)) if word else httpx.USE_CLIENT_DEFAULT
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=SECONDS) as client:
                sent = parameters if word else {**parameters, "client_id": name}
                response = await client.post(url, data=sent, auth=basic)
                found: dict[str, Any] = response.raise_for_status().json()
                return found
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderRefused("The provider did not accept the sign-in.") from error
