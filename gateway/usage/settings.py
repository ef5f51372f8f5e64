"""Settings: whether and where usage is counted."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class UsageSettings(BaseSettings):
    """Whether and where usage is counted."""

    usage_file: Path | None = Field(
        default=None,
        description="An SQLite file in which all workers of a node count which clients use which operations "
        "and fields, for `furlong gateway usage`; without it, nothing is counted.",
    )
    usage_operations: int = Field(
        default=5_000, gt=0, description="The most operations in the file; any others are not counted."
    )
    usage_days: int = Field(default=400, gt=0, description="How many days of usage the file keeps.")
    usage_seconds: float = Field(default=10.0, gt=0, description="How often workers write their counts.")
    usage_token: SecretStr | None = Field(
        default=None, description="The token for `furlong gateway usage --push`."
    )
    usage_graph_ref: str | None = Field(
        default=None,
        description="The graph and variant in Apollo GraphOS (`my-graph@current`) for "
        "`furlong gateway usage --apollo`.",
    )
