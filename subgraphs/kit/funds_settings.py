"""Settings of customers' money: whose requests are served, and where the money of each brand is kept."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_SECONDS: Final = 60.0


class WalletAt(BaseModel):
    """A wallet that another process keeps.

    Attributes:
        url: Where it is served, such as `https://wallet.internal:4010`.
        keys_file: A JSON Web Key Set whose first key signs our requests. It is read again when it changes.
        timeout_seconds: How long to wait for an answer; then the request is in doubt.
    """

    url: str = Field(pattern=r"^https?://[^/?#@\s]+(/[^?#\s]*)?$")
    keys_file: Path
    timeout_seconds: float = Field(default=5.0, gt=0, le=MAX_SECONDS)


class FundsSettings(BaseSettings):
    """Where customers' money is kept, and who may move it over HTTP."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FUNDS_", hide_input_in_errors=True)

    wallets: dict[str, WalletAt] = Field(
        default={},
        description="Which brands' money another process keeps, as JSON: "
        '{"northbet": {"url": "https://wallet.internal:4010", "keys_file": "/etc/furlong/funds.jwks"}}. '
        "All others' is in this installation's ledger",
    )
    keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set with the keys of those who may move money at `furlong funds serve`: "
        "secrets (kty oct) or public keys (Ed25519). It is read again when it changes",
    )
    keys: SecretStr | None = Field(default=None, description="The same as a text instead of a file")
