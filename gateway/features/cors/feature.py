"""Tells browsers which pages of other origins may read replies."""

from __future__ import annotations

from typing import Final

from gateway.feature import Feature, Version, VersionParts
from gateway.features.cors.cors_policy import CorsPolicy
from gateway.features.cors.settings import CorsSettings

WITH_RESERVED_STREAMS: Final = b"POST, GET, PUT, DELETE"
"""The methods allowed to other origins if streams can be reserved."""


class Cors(Feature):
    """Allows pages of other origins to read replies."""

    def of(self, version: Version) -> VersionParts:
        """Return the policy of a version."""
        settings = version.settings.of(CorsSettings)
        if version.settings.live and version.settings.live_single_connection:
            return VersionParts(origins=CorsPolicy.of(settings, WITH_RESERVED_STREAMS))
        return VersionParts(origins=CorsPolicy.of(settings))
