"""Settings: which pages of other origins may read responses."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings

from gateway.browsers.origins import ANY, checked_origin


def _any_or_origin(text: str) -> str:
    return text if text == ANY else checked_origin(text)


class CorsSettings(BaseSettings):
    """Which pages of other origins may read responses."""

    cors_origins: tuple[Annotated[str, AfterValidator(_any_or_origin)], ...] = Field(
        default=(),
        description="Origins of pages that may read responses, such as "
        '["https://www.example.com","https://*.example.com"]; a wildcard stands for one label. '
        '["*"]: all pages, without credentials',
    )
    cors_credentials: bool = Field(
        default=False, description="Whether browsers may send cookies with those pages' requests"
    )
    cors_headers: tuple[Annotated[str, Field(pattern=r"^[a-z0-9!#$%&'*+.^_`|~-]+$")], ...] = Field(
        default=(
            "content-type",
            "authorization",
            "graphql-client-name",
            "graphql-client-version",
            "apollographql-client-name",
            "apollographql-client-version",
            "apollo-require-preflight",
            "x-apollo-operation-name",
            "x-graphql-event-stream-token",
            "traceparent",
            "tracestate",
        ),
        description="Headers that those pages' requests may have, in lower case",
    )
    cors_exposed_headers: tuple[Annotated[str, Field(pattern=r"^[a-z0-9!#$%&'+.^_`|~-]+$")], ...] = Field(
        default=("retry-after", "ratelimit", "ratelimit-policy", "www-authenticate"),
        description="Headers of responses that those pages may read, in lower case",
    )
    cors_max_age_seconds: int = Field(
        default=7200, ge=0, description="How long browsers may remember that a request is allowed"
    )

    @model_validator(mode="after")
    def _credentials_for_named_origins(self) -> Self:
        if self.cors_credentials and ANY in self.cors_origins:
            raise ValueError(
                "cors_credentials: name the origins; with *, every page could act on behalf of its visitor"
            )
        return self
