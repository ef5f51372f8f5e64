"""Decodes the events that subgraphs send, strictly and within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from foundation.graphql_http.strict_json import nested_too_deeply
from gateway.errors import SubgraphUnreachable


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
    if isinstance(value, dict) and ("data" in value or isinstance(value.get("errors"), list)):
        return value
    raise SubgraphUnreachable("sent an event that is not a GraphQL response")
