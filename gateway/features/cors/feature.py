"""Tells browsers which pages of other origins may read replies."""

from __future__ import annotations

from gateway.feature import Feature, Version, VersionParts
from gateway.features.cors.cors_policy import CorsPolicy
from gateway.features.cors.settings import CorsSettings


class Cors(Feature):
    """Allows pages of other origins to read replies."""

    def of(self, version: Version) -> VersionParts:
        """Return the policy of a version."""
        return VersionParts(origins=CorsPolicy.of(version.settings.of(CorsSettings)))
