"""Settings: which extensions are called."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class ExtensionSettings(BaseSettings):
    """Which extensions are called."""

    extensions: tuple[str, ...] = Field(
        default=(),
        description='Extensions in the order of their hooks, such as ["audit.gateway:extension"]: a module '
        "that can be imported, and the name of an extension or of its class in it.",
    )
