"""Where the REST peer finds its tables, and what tokens it accepts."""

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
