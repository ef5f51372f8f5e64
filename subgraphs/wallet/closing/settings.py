"""The keys by which closes are signed, and verified."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from foundation.signatures.keys import KeySet, SignatureKey, read_key_set


class CloseSettings(BaseSettings):
    """Who signs the closes of the wallet's days."""

    model_config = SettingsConfigDict(
        env_prefix="FURLONG_WALLET_", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    close_keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set: its first private key (Ed25519) signs the closes of the wallet's "
        "days, and all of its keys verify them; by default closes are not signed",
    )

    @cached_property
    def keys(self) -> KeySet:
        """Return the keys; none without a file.

        Raises:
            ValueError: The file is no key set, or has a secret, by which anybody who verifies could sign.
            OSError: The file cannot be read.
        """
        if self.close_keys_file is None:
            return KeySet({}, None)
        keys = read_key_set(self.close_keys_file.read_bytes())
        if any(key.algorithm != "ed25519" for key in keys.by_id.values()):
            raise ValueError("closes are signed with keys of Ed25519, not with secrets")
        return keys

    @property
    def signing(self) -> SignatureKey | None:
        """Return the key that signs; None without a file.

        Raises:
            SettingsError: The file has no private key, as one to verify with: closes would be unsigned.
        """
        if self.close_keys_file is not None and self.keys.signing is None:
            raise SettingsError(
                "FURLONG_WALLET_CLOSE_KEYS_FILE has no private key, so that closes would be unsigned: "
                "put one in front, or set no file"
            )
        return self.keys.signing

    @property
    def known(self) -> Mapping[str, SignatureKey]:
        """Return the keys that verify, by id."""
        return self.keys.by_id

    @model_validator(mode="after")
    def _reads_keys(self) -> "CloseSettings":
        try:
            _ = self.keys
        except (OSError, ValueError) as error:
            raise ValueError(f"FURLONG_WALLET_CLOSE_KEYS_FILE cannot be used: {error}") from None
        return self
