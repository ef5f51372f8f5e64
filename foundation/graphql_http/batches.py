"""Batches: several requests in one body, as a JSON list."""

from __future__ import annotations

import orjson

from foundation.graphql_http.errors import RequestError
from foundation.graphql_http.json_depth import MAX_DEPTH
from foundation.graphql_http.strict_json import read_object


def read_batch(body: bytes, most: int) -> list[bytes]:
    """Return the bodies of a batch's requests; whether each is a request is not checked.

    Args:
        body: A JSON list.
        most: The most requests.

    Raises:
        RequestError: The list is empty, too long or nested too deeply, or an object in it repeats a key.
    """
    # The list gets two levels of nesting: the object around it, and itself.
    requests = read_object(b'{"batch":%b}' % body, "The body", MAX_DEPTH + 2)["batch"]
    if not requests:
        raise RequestError("The batch has no requests.", code="INVALID_REQUEST")
    if len(requests) > most:
        message = f"The batch has {len(requests)} requests; the limit is {most}."
        raise RequestError(message, code="BATCH_LIMIT_EXCEEDED")
    return [orjson.dumps(each) for each in requests]
