"""Settings: what clients see of subgraphs' errors."""

from __future__ import annotations

from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings

CLIENT_CODES: Final = ("BAD_USER_INPUT", "FORBIDDEN", "UNAUTHENTICATED")
"""The codes that GraphQL server libraries use for clients' mistakes."""


class MaskingSettings(BaseSettings):
    """What clients see of subgraphs' errors."""

    subgraph_error_codes: tuple[str, ...] = Field(
        default=CLIENT_CODES,
        description="The codes of subgraphs' errors whose message and code clients see; all other errors are "
        'masked and logged with an id. ["*"] shows all errors, for developers.',
    )
    subgraph_error_extensions: tuple[str, ...] = Field(
        default=(),
        description="The extensions of subgraphs' errors that clients see, besides the code.",
    )
