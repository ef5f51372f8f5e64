"""Settings: which pages of other origins may read responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from foundation.origins import ANY, checked_origin
from gateway.settings.feature_settings import FeatureSettings


def _any_or_origin(text: str) -> str:
    return text if text == ANY else checked_origin(text)


class CorsSettings(FeatureSettings, prefix="FURLONG_GATEWAY__CORS__"):
    """Which pages of other origins may read responses."""

    former: ClassVar[Mapping[str, str]] = {
        "origins": "cors_origins",
        "credentials": "cors_credentials",
        "headers": "cors_headers",
        "exposed_headers": "cors_exposed_headers",
        "max_age_seconds": "cors_max_age_seconds",
    }

    origins: tuple[Annotated[str, AfterValidator(_any_or_origin)], ...] = Field(
        default=(),
        description="Origins of pages that may read responses, such as "
        '["https://www.example.com","https://*.example.com"]; a wildcard stands for one label. '
        '["*"]: all pages, without credentials',
    )
    credentials: bool = Field(
        default=False, description="Whether browsers may send cookies with those pages' requests"
    )
    headers: tuple[Annotated[str, Field(pattern=r"^[a-z0-9!#$%&'*+.^_`|~-]+$")], ...] = Field(
        default=(
            "content-type",
            "authorization",
            "graphql-client-name",
            "graphql-client-version",
            "apollographql-client-name",
            "apollographql-client-version",
            "apollo-require-preflight",
            "x-apollo-operation-name",
            "traceparent",
            "tracestate",
        ),
        description="Headers that those pages' requests may have, in lower case",
    )
    exposed_headers: tuple[Annotated[str, Field(pattern=r"^[a-z0-9!#$%&'+.^_`|~-]+$")], ...] = Field(
        default=("retry-after", "ratelimit", "ratelimit-policy", "www-authenticate"),
        description="Headers of responses that those pages may read, in lower case",
    )
    max_age_seconds: int = Field(
        default=7200, ge=0, description="How long browsers may remember that a request is allowed"
    )

    @model_validator(mode="after")
    def _credentials_for_named_origins(self) -> Self:
        if self.credentials and ANY in self.origins:
            raise ValueError(
                "credentials: name the origins; with *, every page could act on behalf of its visitor"
            )
        return self

    @property
    def is_on(self) -> bool:
        """Whether pages of any other origin are allowed."""
        return bool(self.origins)
