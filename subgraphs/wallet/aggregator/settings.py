"""Settings of the aggregator's games: whose keys, and which brand."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.wallet.aggregator.greatest_wins import USUAL, GreatestWins


class SeamlessSettings(BaseSettings):
    """Who may play games with customers' money, and how we sign."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SEAMLESS_", hide_input_in_errors=True)

    private_key_file: Path | None = Field(
        default=None,
        description="A PEM file with the RSA key that signs what `furlong seamless serve` answers. It is "
        "read again when it changes",
    )
    public_key_files: list[Path] = Field(
        default=[],
        description="PEM files with the aggregator's RSA public keys, as JSON; each is read again when it "
        "changes. All keys are accepted, so that one can be replaced",
    )
    brands: dict[str, str] = Field(
        default={},
        description="Which brand each sub_partner_id of the aggregator is, as JSON; under an empty one, the "
        'brand of requests without it: {"": "northbet"}',
    )
    maximum_win: int = Field(
        default=USUAL,
        ge=1,
        le=MAX_AMOUNT,
        description="The most that a game may win at once, in minor units. A greater win is not booked: it "
        "is a case for a person, and the aggregator repeats it",
    )
    maximum_wins: dict[str, dict[str, Annotated[int, Field(ge=1, le=MAX_AMOUNT)]]] = Field(
        default={},
        description="The same for brands, or for single games of theirs, by currency, as JSON: "
        '{"northbet": {"GBP": 50000000}, "northbet/book": {"GBP": 25000000}}',
    )

    @property
    def greatest_wins(self) -> GreatestWins:
        """Return the most that a win may be."""
        return GreatestWins(self.maximum_win, self.maximum_wins)
