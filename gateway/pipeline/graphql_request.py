"""GraphQL over HTTP: parses requests strictly, and defines responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import orjson

from gateway.errors import CannotPlan, InvalidDocument, MethodNotAllowed, RequestError
from gateway.json_depth import MAX_DEPTH, nested_too_deeply


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A request of a client, by POST or GET.

    Attributes:
        query: The document.
        operation_name: The name of the operation to execute, if given.
        variables: The variables as JSON values.
        read_only: Whether only a query may be executed.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False


class GraphQLResponse(msgspec.Struct, frozen=True):
    """A GraphQL response.

    Attributes:
        body: The response as JSON values.
        status: The HTTP status for `application/graphql-response+json`, and for errors of the protocol
            itself.
        well_formed: Whether the request was a GraphQL request at all.
    """

    body: Mapping[str, Any]
    status: int = 200
    well_formed: bool = True


def refused(error: RequestError) -> GraphQLResponse:
    """Return the response to a request that is refused."""
    well_formed = isinstance(error, InvalidDocument | CannotPlan)
    return GraphQLResponse({"errors": error.formatted()}, error.status, well_formed)


def read_body(body: bytes) -> GraphQLRequest:
    """Parse the body of a POST.

    Raises:
        RequestError: It is not a GraphQL request.
    """
    return _request(_object(body, "The body"))


def read_parameters(query_string: bytes) -> GraphQLRequest:
    """Parse the parameters of a GET.

    Raises:
        RequestError: They are not a GraphQL request.
    """
    parameters: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _object(parameters[name].encode(), name)
        else:
            parameters.pop(name, None)
    if not parameters.get("operationName"):
        parameters.pop("operationName", None)
    return _request(parameters, read_only=True)


def require_query(asked: GraphQLRequest, *, is_query: bool) -> None:
    """Refuse anything but a query if the request may execute only queries.

    Raises:
        MethodNotAllowed: It is a mutation or a subscription.
    """
    if asked.read_only and not is_query:
        raise MethodNotAllowed("GET allows queries only: use POST.")


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        # orjson refuses NaN, infinities and lone surrogates.
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestError(f"{what} is not JSON.", code="INVALID_JSON") from None
    if not isinstance(value, dict):
        raise RequestError(f"{what} must be a JSON object.", code="INVALID_REQUEST")
    if nested_too_deeply(text, value):
        raise RequestError(f"{what} is nested more than {MAX_DEPTH} deep.", code="INVALID_REQUEST")
    return value


def _request(value: Mapping[str, Any], *, read_only: bool = False) -> GraphQLRequest:
    query, name = value.get("query"), value.get("operationName")
    variables, extensions = value.get("variables"), value.get("extensions")
    if not isinstance(query, str) or not query:
        raise RequestError("query must be a string that contains a document.", code="INVALID_REQUEST")
    if name is not None and not isinstance(name, str):
        raise RequestError("operationName must be a string.", code="INVALID_REQUEST")
    for part, what in ((variables, "variables"), (extensions, "extensions")):
        if part is not None and not isinstance(part, dict):
            raise RequestError(f"{what} must be an object.", code="INVALID_REQUEST")
    return GraphQLRequest(query, name, variables or {}, read_only)
