"""The pipeline's results for a GraphQL request: a response or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from foundation.graphql_http import GraphQLRequest
from gateway.errors import CannotPlan, InvalidDocument, MethodNotAllowed, RequestError, ResponseTooLarge


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
    """Return the response to a refused request."""
    if isinstance(error, ResponseTooLarge):
        return GraphQLResponse({"errors": error.formatted(), "data": None}, error.status)
    well_formed = isinstance(error, InvalidDocument | CannotPlan)
    return GraphQLResponse({"errors": error.formatted()}, error.status, well_formed)


def require_query(graphql_request: GraphQLRequest, *, is_query: bool) -> None:
    """Refuse what changes something if the request may execute only queries.

    Raises:
        MethodNotAllowed: It is neither a query nor a subscription, which are read alike.
    """
    if graphql_request.read_only and not is_query:
        raise MethodNotAllowed("GET allows no mutations: use POST.")
