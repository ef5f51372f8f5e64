"""Close codes of WebSockets, from RFC 6455 and the graphql-transport-ws protocol."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """A close code; clients reconnect after codes below 4400, and after 4403 and 4408."""

    INVALID_TEXT = 1007
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    CONNECTION_INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_MESSAGES = 4429
    """Too many initialisation requests, or too many messages of any kind."""
    INTERNAL_ERROR = 4500


DEAD = 1006
"""The code counted for a connection that ended without a close frame; it is never sent."""
