"""The last steps of a response: headers for caches, and compression."""

from gateway.http.responses.caching import NO_STORE, PAGE_HEADERS, ResponseCaching
from gateway.http.responses.compression import ACCEPT_ENCODING, Compression
from gateway.http.responses.failures import error_response, masked

__all__ = [
    "ACCEPT_ENCODING",
    "NO_STORE",
    "PAGE_HEADERS",
    "Compression",
    "ResponseCaching",
    "error_response",
    "masked",
]
