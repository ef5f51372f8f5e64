"""Settings: what the answer to a request may hold."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class AnswerSettings(BaseSettings):
    """What the answer to a request may hold."""

    response_places: int = Field(
        default=200_000,
        gt=0,
        description="The most fields and list items that subgraphs return for one request, in all; over "
        "HTTP, 20 bytes count as one.",
    )
    response_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="The largest response, in bytes.")
    fetch_entities: int = Field(default=1_000, gt=0, description="The most entities in one fetch.")
    list_items: int = Field(
        default=1_000,
        gt=0,
        description="The most items of a list in a response; a longer list is null, with an error.",
    )
