"""The last steps of a response: headers for caches, and what refused requests get."""

from gateway.http.responses.caching import NO_STORE, PAGE_HEADERS, ResponseCaching
from gateway.http.responses.failures import error_response, masked

__all__ = [
    "NO_STORE",
    "PAGE_HEADERS",
    "ResponseCaching",
    "error_response",
    "masked",
]
