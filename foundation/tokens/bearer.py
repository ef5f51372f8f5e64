"""The `Authorization` header: one bearer token (RFC 6750, section 2.1)."""

import re
from typing import Final

from foundation.tokens.errors import InvalidToken, Reason

MAX_CHARS: Final = 8192
"""The longest header; longer ones are refused without being parsed."""

_CREDENTIALS: Final = re.compile(r"bearer ([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE | re.ASCII)


def read_bearer(authorization: str) -> str:
    """Return the token of an `Authorization` header; the scheme's name may be in any case.

    Raises:
        InvalidToken: The header has another scheme, several values, or is too long.
    """
    if len(authorization) > MAX_CHARS:
        raise InvalidToken(Reason.CREDENTIALS)
    found = _CREDENTIALS.fullmatch(authorization)
    if found is None:
        raise InvalidToken(Reason.CREDENTIALS)
    return found[1]
