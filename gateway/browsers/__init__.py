"""Headers for browsers: origins as browsers write them, and what keeps pages safe."""

from gateway.browsers.origins import Origins

__all__ = ["Origins"]
