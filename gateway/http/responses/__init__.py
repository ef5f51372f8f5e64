"""What becomes of a response on its way out: headers for caches, and compression."""

from gateway.http.responses.caching import NO_STORE, PAGE_HEADERS, ResponseCaching
from gateway.http.responses.compression import ACCEPT_ENCODING, Compression

__all__ = ["ACCEPT_ENCODING", "NO_STORE", "PAGE_HEADERS", "Compression", "ResponseCaching"]
