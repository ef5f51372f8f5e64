"""GraphQL over HTTP for servers: strict parsing of requests, media types, and refusals.

The gateway and the subgraphs both serve GraphQL over HTTP, and neither imports the other.
"""

from foundation.graphql_http.errors import BatchRefused, BodyTooLarge, MethodNotAllowed, RequestError
from foundation.graphql_http.media import GRAPHQL_JSON, HTML, JSON, Media, Negotiation, preferred
from foundation.graphql_http.request import (
    GraphQLRequest,
    check_content,
    read_batch,
    read_body,
    read_parameters,
)

__all__ = [
    "GRAPHQL_JSON",
    "HTML",
    "JSON",
    "BatchRefused",
    "BodyTooLarge",
    "GraphQLRequest",
    "Media",
    "MethodNotAllowed",
    "Negotiation",
    "RequestError",
    "check_content",
    "preferred",
    "read_batch",
    "read_body",
    "read_parameters",
]
