"""Settings: limits on the response to a request."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ResponseSettings(BaseSettings):
    """Limits on the response to a request."""

    response_places: int = Field(
        default=200_000,
        gt=0,
        description="The most fields and list items that subgraphs may return for one request in total; "
        "over HTTP, 20 bytes count as one.",
    )
    response_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="The largest response, in bytes.")
    fetch_entities: int = Field(
        default=1_000,
        gt=0,
        description="The most entities in one request to a subgraph; more are fetched by several requests.",
    )
    list_items: int = Field(
        default=10_000,
        gt=0,
        description="The most items of a list in a response; a longer list is null, with an error.",
    )
