"""The certificate authorities that all clients of other companies' servers trust, loaded once a process."""

from functools import cache
from ssl import SSLContext

import httpx


@cache
def trusted_authorities() -> SSLContext:
    """Return what clients verify certificates with, `SSL_CERT_FILE` if it is set; loading it takes 30 ms."""
    return httpx.create_ssl_context()
