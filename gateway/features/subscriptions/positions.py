"""Continues subscriptions behind the position that a client got last, at whichever gateway it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson
from msgspec.structs import replace

from foundation.graphql_http.positions import LAST_EVENT_ID, POSITION, TOO_OLD, is_position
from gateway.errors import RequestError
from gateway.pipeline.encoding import as_json
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.stages import Response


class PositionTooOld(RequestError):
    """The subgraph no longer knows what has happened since the client's position."""

    def __init__(self) -> None:
        message = "The position is too old to continue behind it: subscribe again without one."
        super().__init__(message, code=TOO_OLD, status=410)


class InvalidPosition(RequestError):
    """What the client sent as its position was never given to anybody."""

    def __init__(self) -> None:
        message = "Last-Event-ID must be a position that came with an event of this subscription."
        super().__init__(message, code="INVALID_POSITION", status=400)


def wanted_position(policy_input: PolicyInput) -> str | None:
    """Return the position behind which a client wants to continue; None if it begins.

    Browsers send the newest one as a header, also when they repeat a request that had another one in it.

    Raises:
        InvalidPosition: It cannot be one.
    """
    sent = policy_input.request.headers.get(LAST_EVENT_ID.encode())
    if not sent:
        return policy_input.prepared.position
    position = sent.decode("latin-1")
    if not is_position(position):
        raise InvalidPosition
    return position


def with_position(headers: Mapping[str, str], position: str | None) -> Mapping[str, str]:
    """Return the headers for a subgraph, with the client's position."""
    return headers if position is None else {**headers, LAST_EVENT_ID: position}


def is_too_old(event: Mapping[str, Any]) -> bool:
    """Return whether an event without data says that the position is too old."""
    match event.get("errors"):
        case [{"extensions": {"code": code}}, *_]:
            return bool(code == TOO_OLD)
    return False


def positioned(response: Response, position: str, *, is_extended: bool) -> Response:
    """Return a response that says its position.

    Args:
        response: The response.
        position: Its position.
        is_extended: Whether it may have `extensions` already.
    """
    content = response.content
    if is_extended:
        body = json.loads(content)  # other than orjson, it keeps integers of any size
        body["extensions"] = {**body.get("extensions", {}), POSITION: position}
        content = as_json(body)
    else:
        content = b'%b,"extensions":{"position":%b}}' % (content[:-1], orjson.dumps(position))
    return replace(response, content=content, position=position)
