"""What browsers are told: which pages of other origins may read answers, and headers that keep pages safe."""

from gateway.browsers.cors_policy import CorsPolicy
from gateway.browsers.origins import Origins

__all__ = ["CorsPolicy", "Origins"]
