"""The operators of an installation, by brand: nothing connects before one is asked.

What they need is imported only where a brand has an operator's wallet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from subgraphs.kit.funds_settings import OperatorWalletAt
    from subgraphs.wallet.seamless.operator_client import OperatorClient


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators of brands.

    Attributes:
        by_brand: Whom to ask about the money of a brand's customers.
    """

    by_brand: Mapping[str, OperatorClient]

    @classmethod
    def of(cls, settings: Mapping[str, OperatorWalletAt]) -> Operators:
        """Prepare the operators of brands.

        Raises:
            SettingsError: A file of keys cannot be used; the message says which, and why.
        """
        return cls({brand: _client(brand, at) for brand, at in settings.items()})

    def is_operators(self, brand: str) -> bool:
        """Tell whether the money of a brand's customers is in their operator's wallet, not in ours."""
        return brand in self.by_brand

    async def close(self) -> None:
        """Close all connections."""
        for client in self.by_brand.values():
            await client.http.aclose()


def _client(brand: str, at: OperatorWalletAt) -> OperatorClient:
    # Importing HTTP and cryptography takes longer than everything else here.
    import httpx  # noqa: PLC0415

    from subgraphs.kit.funds import Purpose  # noqa: PLC0415
    from subgraphs.kit.hub88_signatures import Signer, Verifier  # noqa: PLC0415
    from subgraphs.wallet.seamless.operator_client import OperatorClient  # noqa: PLC0415

    try:
        signer = Signer(at.private_key_file)
    except (OSError, ValueError) as error:
        raise _unusable(brand, at.private_key_file, error) from error
    public = at.public_key_file
    try:
        verifier = None if public is None else Verifier([public])
    except (OSError, ValueError) as error:
        raise _unusable(brand, public or at.private_key_file, error) from error
    http = httpx.AsyncClient(
        base_url=at.url, timeout=at.timeout_seconds, trust_env=False, follow_redirects=False
    )
    games = {Purpose.BET: at.games.bet, Purpose.GAME: at.games.game}
    return OperatorClient(http, signer, verifier, games, at.timeout_seconds)


def _unusable(brand: str, file: Path, error: OSError | ValueError) -> SettingsError:
    why = error.strerror if isinstance(error, OSError) else error
    return SettingsError(f"FURLONG_FUNDS_WALLETS: {brand}: {file}: {why}")
