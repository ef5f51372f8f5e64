"""Compresses replies: a stage for requests that have an Accept-Encoding header."""

from __future__ import annotations

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.compression.gzip_replies import GzipReplies
from gateway.features.compression.settings import CompressionSettings


class Compression(Feature):
    """Compresses replies for clients that accept it."""

    core: Core

    def install(self, core: Core) -> None:
        """Note the thread for large replies."""
        self.core = core

    def of(self, version: Version) -> VersionParts:
        """Compress the replies of a version."""
        settings = version.settings.of(CompressionSettings)
        return VersionParts(replies=(GzipReplies(settings.bytes, self.core.thread),))
