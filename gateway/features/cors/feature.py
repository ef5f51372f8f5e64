"""Tells browsers which pages of other origins may read replies, by headers that are built once."""

from __future__ import annotations

from msgspec import Struct

from foundation.origins import Origins
from gateway.feature import Feature, Version, VersionParts
from gateway.features.cors.settings import CorsSettings
from gateway.http.headers import RawHeaders

_VARY: RawHeaders = ((b"vary", b"origin"),)


class Cors(Feature):
    """Allows pages of other origins to read replies."""

    def of(self, version: Version) -> VersionParts:
        """Return the policy of a version."""
        return VersionParts(origins=CorsPolicy.of(version.settings.of(CorsSettings)))


class CorsPolicy(Struct, frozen=True):
    """The origins that may read responses, and the headers for them.

    Attributes:
        origins: The allowed origins.
        common: Headers for a page that may read the response.
        preflight: Additional headers of the response to a preflight.
        by_origin: The headers for each origin that the settings name.
    """

    origins: Origins
    common: RawHeaders
    preflight: RawHeaders
    by_origin: dict[bytes, RawHeaders]

    @classmethod
    def of(cls, settings: CorsSettings) -> CorsPolicy:
        """Build the policy."""
        origins = Origins.of(settings.origins)
        credentials = ((b"access-control-allow-credentials", b"true"),) if settings.credentials else ()
        exposed = ", ".join(settings.exposed_headers).encode()
        common = (
            *credentials,
            *(((b"access-control-expose-headers", exposed),) if exposed else ()),
            *_VARY,
        )
        preflight = (
            *credentials,
            (b"access-control-allow-methods", b"POST, GET"),
            (b"access-control-allow-headers", ", ".join(settings.headers).encode()),
            (b"access-control-max-age", b"%d" % settings.max_age_seconds),
            *_VARY,
        )
        named = () if origins.any else origins.exact
        by_origin: dict[bytes, RawHeaders] = {origin: (_allowed(origin), *common) for origin in named}
        return cls(origins, common, preflight, by_origin)

    def allows(self, origin: bytes) -> bool:
        """Return whether pages of an origin may read responses."""
        return origin in self.origins

    def headers(self, origin: bytes | None) -> RawHeaders:
        """Return the headers to add to a response; for a page that may not read it, only `Vary`."""
        if origin is None:
            return _VARY
        known = self.by_origin.get(origin)
        if known is not None:
            return known
        return (self._allowing(origin), *self.common) if origin in self.origins else _VARY

    def preflight_headers(self, origin: bytes | None) -> RawHeaders | None:
        """Return the headers of the response to a preflight; None if the page may not send the request."""
        if origin is None or origin not in self.origins:
            return None
        return (self._allowing(origin), *self.preflight)

    def refused_headers(self) -> RawHeaders:
        """Return the headers of the response to a refused preflight."""
        return _VARY

    def _allowing(self, origin: bytes) -> tuple[bytes, bytes]:
        return _allowed(b"*" if self.origins.any else origin)


def _allowed(origin: bytes) -> tuple[bytes, bytes]:
    return b"access-control-allow-origin", origin
