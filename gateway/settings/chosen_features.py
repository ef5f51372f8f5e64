"""Settings: which features of other people are used."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ChosenFeatures(BaseSettings):
    """Which features of other people are used; known before the settings of these are read."""

    features: tuple[str, ...] = Field(
        default=(),
        description='Features from outside of the gateway, such as ["calls_header"], in the order in which '
        "they are called: the names under which installed packages offer them, or MODULE:NAME.",
    )
