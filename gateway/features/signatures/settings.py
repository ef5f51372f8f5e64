"""Settings: the keys that sign requests to subgraphs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from gateway.settings.feature_settings import FeatureSettings


class SignatureSettings(FeatureSettings, prefix="FURLONG_GATEWAY__SIGNATURES__"):
    """The keys that sign requests to subgraphs over HTTP; without a key, requests are not signed."""

    former: ClassVar[Mapping[str, str]] = {
        "keys_file": "subgraph_signing_keys_file",
        "keys": "subgraph_signing_keys",
        "seconds": "subgraph_signature_seconds",
    }

    keys_file: Path | None = Field(
        default=None,
        description="A JSON Web Key Set; its first secret (kty oct) or private key (Ed25519) signs requests "
        "to subgraphs. It is reread when it changes. `furlong gateway key` creates keys.",
    )
    keys: SecretStr | None = Field(default=None, description="The key set as text instead of a file.")
    seconds: int = Field(default=10, ge=1, le=60, description="How long a signed request is valid.")

    @property
    def is_on(self) -> bool:
        """Whether requests are signed."""
        return self.keys_file is not None or self.keys is not None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        """Refuse keys in two places."""
        if self.keys_file is not None and self.keys is not None:
            raise ValueError("set keys_file or keys, not both")
        return self
