"""The messages and close codes of WebSockets: RFC 6455 and the graphql-transport-ws protocol."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Any, Final, TypeAlias

import msgspec
import orjson


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


Id: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class ConnectionInit(msgspec.Struct, tag="connection_init", frozen=True):
    """The client's first message.

    Attributes:
        payload: The client's parameters, such as its token.
    """

    payload: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Starts an operation.

    Attributes:
        id: The client's id for the operation.
        payload: The GraphQL request, in the format of a POST body.
    """

    id: Id
    payload: msgspec.Raw


class Complete(msgspec.Struct, tag="complete", frozen=True):
    """Ends an operation.

    Attributes:
        id: The client's id for the operation.
    """

    id: Id


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Requests a pong."""

    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, tag="pong", frozen=True):
    """Answers a ping."""

    payload: dict[str, Any] | None = None


Message: TypeAlias = ConnectionInit | Subscribe | Complete | Ping | Pong

DECODER: Final = msgspec.json.Decoder(Message)


class BadMessage(Exception):
    """The message does not conform to the protocol; the text says why."""


def read_message(text: bytes) -> Message:
    """Parse a message from a client.

    Raises:
        BadMessage: The message does not conform to the protocol.
    """
    try:
        message: Message = DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise BadMessage(f"Invalid message: {error}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadMessage("Invalid message: not JSON") from error
    if isinstance(message, Subscribe) and not bytes(message.payload).lstrip().startswith(b"{"):
        raise BadMessage("Invalid message: the payload must be an object")
    return message


def text_frame(*parts: bytes) -> bytes:
    """Return an unmasked text frame (RFC 6455, section 5.2) of a text given in parts."""
    length = sum(map(len, parts))
    if length < 126:  # noqa: PLR2004 - the lengths of the format
        head = bytes((0x81, length))
    elif length < 1 << 16:
        head = b"\x81\x7e" + length.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + length.to_bytes(8, "big")
    return b"".join((head, *parts))


ACKNOWLEDGED: Final = text_frame(b'{"type":"connection_ack"}')
PONG: Final = text_frame(b'{"type":"pong"}')


def next_prefix(name: str) -> bytes:
    """Return the beginning of an operation's `next` messages, up to the payload."""
    return b'{"type":"next","id":%b,"payload":' % orjson.dumps(name)


def next_frame(prefix: bytes, payload: bytes) -> bytes:
    """Return the frame of a response; `prefix` comes from `next_prefix`."""
    return text_frame(prefix, payload, b"}")


def complete_frame(name: str) -> bytes:
    """Return the frame that ends an operation."""
    return text_frame(b'{"type":"complete","id":%b}' % orjson.dumps(name))


def error_frame(name: str, errors: Sequence[Any]) -> bytes:
    """Return the frame that refuses an operation."""
    return text_frame(orjson.dumps({"type": "error", "id": name, "payload": errors}))
