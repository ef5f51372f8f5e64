"""Which sites may show the bet-slip of a brand, and with which keys their servers request sessions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.origins import Origins, checked_exact_origin

MAX_SECONDS: Final = 300
"""The longest lifetime of a session for a frame."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError("expected the SHA-256 digest of a key, 64 hexadecimal digits in lower case")
    return text


class EmbeddingBrand(BaseModel):
    """A brand whose sites show the bet-slip.

    Attributes:
        origins: The origins of its sites, exactly as browsers write them; `http://localhost:*` for pages of
            this machine at any port. key_sha256: Digests of the keys with which its servers request sessions;
            several while keys are being replaced.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    origins: tuple[Annotated[str, AfterValidator(checked_exact_origin)], ...] = Field(min_length=1)
    key_sha256: tuple[Annotated[str, AfterValidator(_digest)], ...] = ()

    def has_origin(self, origin: str) -> bool:
        """Return whether an origin is that of one of the brand's sites."""
        return origin.encode() in Origins.of(self.origins)


class EmbeddingFile(BaseModel):
    """The file that `FURLONG_EMBED_FILE` names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    brands: Mapping[Annotated[str, Field(pattern=r"^[^\s:/?#%.][^\s:/?#%]{0,63}$")], EmbeddingBrand]

    @model_validator(mode="after")
    def _each_key_once(self) -> Self:
        keys = Counter(digest for brand in self.brands.values() for digest in set(brand.key_sha256))
        if any(count > 1 for count in keys.values()):
            raise ValueError("two brands have the same key_sha256: every brand needs its own keys")
        return self


class EmbedSettings(BaseSettings):
    """How brands' sites show the bet-slip in a frame."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_EMBED_", frozen=True, hide_input_in_errors=True)

    file: Path | None = Field(
        default=None,
        description="YAML file with the origins and keys of each brand, see docs/embedding.md; without it "
        "no other site may show the page",
    )
    signing_keys: tuple[SecretStr, ...] = Field(
        default=(),
        description="Secrets of at least 32 bytes for signing sessions for frames: the first one signs, "
        "all of them verify",
    )
    issuer: str = Field(default="furlong-embed", min_length=1, description="The `iss` of these sessions")
    audience: str = Field(default="furlong-embed", min_length=1, description="Their `aud`")
    seconds: int = Field(default=300, gt=0, le=MAX_SECONDS, description="How long they are valid")

    def brands(self) -> Mapping[str, EmbeddingBrand]:
        """Return the brands of the file; none without a file.

        Raises:
            ValueError: The file cannot be read, or is wrong; the message names it.
        """
        if self.file is None:
            return {}
        try:
            return EmbeddingFile.model_validate(yaml.safe_load(self.file.read_text(encoding="utf-8"))).brands
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ValueError(f"FURLONG_EMBED_FILE {self.file}: {error}") from error
        except ValidationError as error:
            reasons = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise ValueError(f"FURLONG_EMBED_FILE {self.file}: {reasons}") from error
