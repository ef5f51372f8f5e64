"""Settings of the aggregator's games: whose keys, and which brand."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SeamlessSettings(BaseSettings):
    """Who may play games with customers' money, and how we sign."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_SEAMLESS_", hide_input_in_errors=True)

    private_key_file: Path | None = Field(
        default=None,
        description="A PEM file with the RSA key that signs what `furlong seamless serve` answers. It is "
        "read again when it changes",
    )
    public_key_files: list[Path] | dict[str, list[Path]] = Field(
        default=[],
        description="PEM files with the RSA public keys of each provider of games, as JSON: "
        '{"acorn": ["/etc/furlong/acorn.pem"]}, by the names of the lobby\'s file. All of a provider\'s '
        "keys are accepted, so that one can be replaced; each file is read again when it changes. A list "
        "without names is the only provider's, or of whom the lobby's file has the same keys",
    )
    brands: dict[str, str] = Field(
        default={},
        description="Which brand each sub_partner_id of the aggregator is, as JSON; under an empty one, the "
        'brand of requests without it: {"": "northbet"}',
    )
