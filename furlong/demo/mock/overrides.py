"""Values that a request asks for, by a header or its token: `{"Club.state": "MISSED"}`."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema

HEADER: Final = "x-mock"


def overrides_of(headers: Mapping[str, str], schema: GraphQLSchema) -> dict[str, Any]:
    """Return the wanted values by `Type.field`; those of the header take precedence over those of the token.

    Raises:
        GraphQLError: The header is not a JSON object, or names a field that the schema does not have.
    """
    wanted = dict(claims_of(headers.get("authorization", "")).get("mock") or {})
    if HEADER in headers:
        wanted |= _read(headers[HEADER])
    for coordinate in wanted:
        type_name, _, field = coordinate.partition(".")
        if field not in getattr(schema.type_map.get(type_name), "fields", {}):
            raise _refused(f"{HEADER} names {coordinate!r}, which the schema does not have")
    return wanted


def claims_of(authorization: str) -> dict[str, Any]:
    """Return the claims of a bearer token, unverified; empty if there are none."""
    parts = authorization.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - of a token
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def token_of(claims: Mapping[str, Any]) -> str:
    """Return an unsigned token, which only mocked answers accept."""
    head, body = ({"alg": "none"}, claims)
    parts = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (head, body)
    ]
    return ".".join([*parts, "mocked"])


def _read(header: str) -> dict[str, Any]:
    try:
        wanted = json.loads(header)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise _refused(f'{HEADER} is not a JSON object such as {{"Club.state": "MISSED"}}')
    return wanted


def _refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})
