"""Settings of customers' money: whose requests are served, and where the money of each brand is kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, Discriminator, Field, SecretStr, Tag
from pydantic_settings import BaseSettings, SettingsConfigDict

MAX_SECONDS: Final = 60.0
_URL: Final = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"


class WalletAt(BaseModel):
    """A wallet that another process keeps.

    Attributes:
        protocol: Our own.
        url: Where it is served, such as `https://wallet.internal:4010`.
        keys_file: A JSON Web Key Set whose first key signs our requests. It is read again when it changes.
        timeout_seconds: How long to wait for an answer; then the request is in doubt.
    """

    protocol: Literal["furlong"] = "furlong"
    url: str = Field(pattern=_URL)
    keys_file: Path
    timeout_seconds: float = Field(default=5.0, gt=0, le=MAX_SECONDS)


class OperatorGames(BaseModel):
    """Under which codes an operator knows what stakes are for: it must know these as games."""

    bet: str = Field(default="furlong_bets", min_length=1, max_length=255)
    game: str = Field(default="furlong_games", min_length=1, max_length=255)


class OperatorWalletAt(BaseModel):
    """A wallet of the operator's own, which decides on each bet.

    Attributes:
        protocol: Hub88's operator API, by which it is asked.
        url: What its paths begin with, such as `https://operator.example/hub88`.
        private_key_file: A PEM file with the key that signs our requests. It is read again when it changes.
        public_key_file: A PEM file with the keys by which the operator signs its answers, the new ones beside
            the old. Without it, answers need no signature: then only TLS says whose they are.
        games: Codes of what stakes are for.
        timeout_seconds: How long to wait for an answer; then the request is in doubt.
    """

    protocol: Literal["hub88"]
    url: str = Field(pattern=_URL)
    private_key_file: Path
    public_key_file: Path | None = None
    games: OperatorGames = OperatorGames()
    timeout_seconds: float = Field(default=5.0, gt=0, le=MAX_SECONDS)


def _protocol(value: object) -> str:
    """Return which of the two an entry is: one that names no protocol speaks our own."""
    named = value.get("protocol", "furlong") if isinstance(value, Mapping) else getattr(value, "protocol", "")
    return str(named)


AnyWalletAt: TypeAlias = Annotated[
    Annotated[WalletAt, Tag("furlong")] | Annotated[OperatorWalletAt, Tag("hub88")], Discriminator(_protocol)
]


class FundsSettings(BaseSettings):
    """Where customers' money is kept, and who may move it over HTTP."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FUNDS_", hide_input_in_errors=True)

    wallets: dict[str, AnyWalletAt] = Field(
        default={},
        description="Which brands' money another process keeps, as JSON: "
        '{"northbet": {"url": "https://wallet.internal:4010", "keys_file": "/etc/furlong/funds.jwks"}}; '
        'or the operator itself: {"southbet": {"protocol": "hub88", "url": "https://operator.example/hub88", '
        '"private_key_file": "/etc/furlong/hub88.pem", "public_key_file": "/etc/furlong/operator.pem"}}. '
        "All others' is in this installation's ledger",
    )
    keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set with the keys of those who may move money at `furlong funds serve`: "
        "secrets (kty oct) or public keys (Ed25519). It is read again when it changes",
    )
    keys: SecretStr | None = Field(default=None, description="The same as a text instead of a file")
    key_brands: dict[str, list[str]] = Field(
        default={},
        description="For which brands each of these keys acts, by its kid, as JSON: "
        '{"north-2026": ["northbet"]}. A key that is not named moves the money of all brands',
    )

    @property
    def operators(self) -> dict[str, OperatorWalletAt]:
        """Return the brands whose money their operator's own wallet keeps."""
        wallets = self.wallets.items()
        return {brand: at for brand, at in wallets if isinstance(at, OperatorWalletAt)}
