"""Decodes the events that subgraphs send, strictly and within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from foundation.graphql_http.positions import POSITION
from foundation.graphql_http.strict_json import nested_too_deeply
from gateway.errors import SubgraphUnreachable


class ProtocolNotServed(SubgraphUnreachable):
    """A subgraph does not serve subscriptions by the protocol by which it was asked."""

    message = (
        "does not serve subscriptions by the gateway's protocol: enable it there, or set "
        "FURLONG_GATEWAY__SUBSCRIPTIONS__PROTOCOLS to one that it serves: sse, multipart, websocket or "
        "callback"
    )


def decoded(text: bytes) -> Any:
    """Decode JSON.

    Raises:
        SubgraphUnreachable: The text is not JSON, or is nested too deeply.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SubgraphUnreachable("sent an event that is not JSON") from error
    if nested_too_deeply(text, value):
        raise SubgraphUnreachable("sent an event that is nested too deeply")
    return value


def graphql_response(value: object) -> Mapping[str, Any]:
    """Return an event if it is a GraphQL response.

    Raises:
        SubgraphUnreachable: The event is not a GraphQL response.
    """
    if isinstance(value, dict) and ("data" in value or _errors(value)):
        return value
    raise SubgraphUnreachable("sent an event that is not a GraphQL response")


def with_id(event: Mapping[str, Any], sent: bytes) -> Mapping[str, Any]:
    """Return an event with the id of a server-sent event as its position, unless it says its own."""
    extensions = event.get("extensions")
    if extensions is None:
        extensions = {}
    if not isinstance(extensions, dict) or POSITION in extensions:
        return event
    return {**event, "extensions": {**extensions, POSITION: sent.decode("latin-1")}}


def is_refusal(response: Mapping[str, Any]) -> bool:
    """Return whether a single response refuses a subscription.

    Otherwise the subgraph has executed the subscription as if it were a query. It then has data, or an error
    of a field; a refused request has no data (GraphQL, section 7.1), or null in some servers.
    """
    errors = _errors(response)
    if "data" not in response:
        return bool(errors)
    is_executed = any(isinstance(error, dict) and error.get("path") for error in errors)
    return response["data"] is None and bool(errors) and not is_executed


def _errors(response: Mapping[str, Any]) -> list[Any]:
    errors = response.get("errors")
    return errors if isinstance(errors, list) else []
