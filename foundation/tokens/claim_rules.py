"""The claims of an issuer's tokens: which it must have, and what they must say."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from foundation.token_settings import Issuer
from foundation.tokens.errors import InvalidToken, Reason


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
