"""The peer's settings, and bearer tokens, checked on every request: signature, issuer, audience, expiry."""

from dataclasses import dataclass

from fastapi import HTTPException
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RestSettings(BaseSettings):
    """The product's environment variables, with the same meaning."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_")

    database_url: str
    jwt_secret: SecretStr
    jwt_issuer: str
    jwt_audience: str
    rest_pool_size: int = 32


SCHEME = "Bearer "


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer who is signed in."""

    brand: str
    id: str


class Tokens:
    """Checks tokens of one issuer."""

    def __init__(self, settings: RestSettings) -> None:
        self._key = OctKey.import_key(settings.jwt_secret.get_secret_value())
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": settings.jwt_issuer},
            aud={"essential": True, "value": settings.jwt_audience},
            exp={"essential": True},
            sub={"essential": True},
            brand={"essential": True},
        )

    def customer(self, authorization: str | None) -> Customer:
        """Return the customer of an `Authorization` header.

        Raises:
            HTTPException: 401, if there is no token or it is invalid.
        """
        if authorization is None or not authorization.startswith(SCHEME):
            raise HTTPException(401, "send a bearer token")
        try:
            token = jwt.decode(authorization.removeprefix(SCHEME), self._key, algorithms=["HS256"])
            self._claims.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise HTTPException(401, "the token is invalid") from error
        return Customer(token.claims["brand"], token.claims["sub"])
