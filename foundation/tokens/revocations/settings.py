"""Where revocations are stored, and which claims identify revoked tokens."""

from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

URL: Final = r"^(redis|rediss|unix)://"


class Revocations(BaseModel):
    """Where revocations are stored.

    Attributes:
        url: The Valkey or Redis, such as redis://127.0.0.1:6379/0.
        stream: The key of the stream.
        claims: Which claims, in addition to `iss`, may identify revoked tokens: one token, those of a
            session, or those of a subject.
        away_seconds: How long tokens are accepted while the stream cannot be read; after that none can be
            verified.
        most: How many revocations a process remembers; beyond that the oldest are forgotten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=URL, json_schema_extra={"writeOnly": True})
    stream: str = Field(default="furlong:revocations", min_length=1)
    claims: tuple[tuple[str, ...], ...] = (("jti",), ("sid",), ("sub",))
    away_seconds: float = Field(default=50.0, gt=0)
    most: int = Field(default=500_000, gt=0)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.claims or not all(names and "iss" not in names for names in self.claims):
            raise ValueError("claims: each entry names claims, and `iss` is always one of them")
        return self
