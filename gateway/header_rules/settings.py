"""Settings: header rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from gateway.header_rules.model import HeaderRules


def _read(given: object) -> object:
    """Read rules from JSON, or from a file of YAML or JSON."""
    if not isinstance(given, str):
        return given
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        return yaml.safe_load(text)  # JSON is YAML
    except OSError as error:
        raise ValueError(f"{given}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError("neither YAML nor JSON") from error


class HeaderRuleSettings(BaseSettings):
    """Which headers are passed from clients to subgraphs and back."""

    header_rules: Annotated[HeaderRules | None, NoDecode, BeforeValidator(_read)] = Field(
        default=None,
        description="Rules for headers to and from subgraphs, as JSON or as the path of a YAML or JSON file; "
        "see docs/gateway/headers.md. Without them, subgraphs get forwarded_headers, and clients get none.",
    )
