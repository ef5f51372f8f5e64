"""Settings: the keys that sign requests to subgraphs."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class SigningSettings(BaseSettings):
    """The keys that sign requests to subgraphs over HTTP; without a key, requests are not signed."""

    subgraph_signing_keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set; its first secret (kty oct) or private key (Ed25519) signs requests "
        "to subgraphs. It is reread when it changes. `furlong gateway key` creates keys.",
    )
    subgraph_signing_keys: SecretStr | None = Field(
        default=None, description="The key set as text instead of a file."
    )
    subgraph_signature_seconds: int = Field(
        default=10, ge=1, le=60, description="How long a signed request is valid."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Refuse keys in two places."""
        if self.subgraph_signing_keys_file is not None and self.subgraph_signing_keys is not None:
            raise ValueError("set subgraph_signing_keys_file or subgraph_signing_keys, not both")
        return self
