"""Headers for browsers: which pages of other origins may read responses, and what keeps pages safe."""

from gateway.browsers.cors_policy import CorsPolicy
from gateway.browsers.origins import Origins

__all__ = ["CorsPolicy", "Origins"]
