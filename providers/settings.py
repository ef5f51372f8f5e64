"""Settings that all adapters share, and secrets, which are found by name."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class MissingSecret(Exception):
    """This node does not have a secret that an adapter needs."""


class ProviderSettings(BaseSettings):
    """What the processes of all adapters have in common."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_PROVIDERS_")

    secret_folder: Path | None = Field(
        default=None,
        description="A folder with a file for each secret; the file's name is the secret's. It is read again "
        "for each connection",
    )
    status_seconds: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="How often an adapter says on Kafka how it is; who hears nothing for three times as long "
        "must take it for dead",
    )
    first_pause_seconds: float = Field(
        default=0.5, gt=0, le=60, description="First pause before another connection; it doubles each time"
    )
    longest_pause_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Longest pause before another connection"
    )

    def secret(self, name: str) -> str:
        """Return a secret.

        Raises:
            MissingSecret: There is no such file, or it is empty.
        """
        if self.secret_folder is None:
            raise MissingSecret(f"the secret {name} is needed: set FURLONG_PROVIDERS_SECRET_FOLDER")
        try:
            text = (self.secret_folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = f"the secret {name} cannot be read from {self.secret_folder}"
            raise MissingSecret(reason) from error
        if not text:
            raise MissingSecret(f"the secret {name} in {self.secret_folder} is empty")
        return text
