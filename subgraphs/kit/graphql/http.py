"""GraphQL over HTTP for a subgraph: strict parsing, media types and status codes as specified.

The gateway has its own implementation, because neither may import the other.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from subgraphs.kit.domain.errors import Unauthenticated

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"
BODY_BYTES: Final = 1024 * 1024  # a gateway requests many entities at once
MAX_DEPTH: Final = 32


@dataclass(frozen=True, slots=True)
class Operation:
    """A parsed request.

    Attributes:
        query: the document.
        name: the operation of the document to run.
        variables: JSON values by name.
        read_only: whether it may only be a query.
    """

    query: str
    name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    Attributes:
        body: the GraphQL response.
        executed: False if the operation failed before any resolver ran; then there is no `data`.
    """

    body: dict[str, Any]
    executed: bool = True


class Refused(Exception):
    """A request that is not a GraphQL request, or not allowed with this method.

    Attributes:
        code: for `extensions.code`.
        status: of the response, for every media type.
        headers: of the response.
    """

    def __init__(
        self,
        message: str,
        code: str = "BAD_REQUEST",
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class GraphQLRoute:
    """The route `/graphql` of a subgraph.

    Attributes:
        run: runs an operation, given the request's headers with lower-case names; raises `Unauthenticated` or
            `Refused`.
        body_bytes: the size limit of a body.
    """

    run: Callable[[Operation, Mapping[str, str]], Awaitable[Answer]]
    body_bytes: int = BODY_BYTES

    async def post(self, request: Request) -> Response:
        """Answer a POST."""
        return await self._respond(request, self._read_body)

    async def get(self, request: Request) -> Response:
        """Answer a GET: a query in the URL."""
        return await self._respond(request, _read_address)

    async def _respond(self, request: Request, read: Callable[[Request], Awaitable[Operation]]) -> Response:
        media_type = preferred(request.headers.get("accept"))
        if media_type is None:
            return _refusal(Refused(f"accept {JSON} or {GRAPHQL_JSON}", "NOT_ACCEPTABLE", 406), JSON)
        try:
            answer = await self.run(await read(request), request.headers)
        except Unauthenticated as error:
            refused = Refused(str(error), error.code, 401, {"WWW-Authenticate": "Bearer"})
            return _refusal(refused, media_type)
        except Refused as refused:
            return _refusal(refused, media_type)
        # With application/json another status would mean that the response is not from a GraphQL server.
        status = 200 if answer.executed or media_type == JSON else 400
        return _response(answer.body, status, media_type)

    async def _read_body(self, request: Request) -> Operation:
        _check_content(request.headers)
        body = bytearray()
        async for chunk in request.stream():  # counted while reading: the declared length is only a claim
            body += chunk
            if len(body) > self.body_bytes:
                raise Refused(f"the body has more than {self.body_bytes} bytes", "REQUEST_TOO_LARGE", 413)
        return _operation(_json_object(bytes(body), "the body"))


def preferred(accept: str | None) -> str | None:
    """Return the media type that an Accept header prefers; `application/json` wins a tie.

    Returns:
        None if the header accepts neither.
    """
    if not accept:
        return JSON
    wanted = dict(_range(part) for part in accept.split(","))

    def quality(media_type: str) -> float:
        return next((wanted[name] for name in (media_type, "application/*", "*/*") if name in wanted), 0.0)

    best = max((JSON, GRAPHQL_JSON), key=quality)
    return best if quality(best) > 0 else None


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    try:
        return name, float(next((each[2:] for each in parameters if each.startswith("q=")), "1"))
    except ValueError:
        return name, 0.0


def _check_content(headers: Mapping[str, str]) -> None:
    name, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = {
        part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")
    }
    if name != JSON or not charsets <= {"utf-8", "utf8"}:
        raise Refused("send application/json in UTF-8", "UNSUPPORTED_MEDIA_TYPE", 415)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused("send the body uncompressed", "UNSUPPORTED_CONTENT_ENCODING", 415)


async def _read_address(request: Request) -> Operation:
    parameters: dict[str, Any] = {name: text for name, text in request.query_params.items() if text}
    for name in {"variables", "extensions"} & parameters.keys():
        parameters[name] = _json_object(parameters[name].encode(errors="replace"), name)
    return _operation(parameters, read_only=True)


def _json_object(text: bytes, what: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)  # refuses NaN, infinities and lone surrogates
    except orjson.JSONDecodeError:
        raise Refused(f"{what} is not JSON", "INVALID_JSON") from None
    if not isinstance(value, dict):
        raise Refused(f"{what} must be a JSON object", "INVALID_REQUEST")
    if _deeper_than(MAX_DEPTH, value):
        raise Refused(f"{what} is nested more than {MAX_DEPTH} deep", "INVALID_REQUEST")
    return value


def _deeper_than(limit: int, value: object) -> bool:
    level = [value]
    for _ in range(limit):
        level = [below for each in level for below in _containers(each)]
    return bool(level)


def _containers(value: object) -> Iterable[object]:
    match value:
        case dict():
            return (each for each in value.values() if isinstance(each, dict | list))
        case list():
            return (each for each in value if isinstance(each, dict | list))
        case _:
            return ()


def _operation(parameters: Mapping[str, Any], *, read_only: bool = False) -> Operation:
    query, name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if not isinstance(query, str) or not query:
        raise Refused("query must be a string that holds a document", "INVALID_REQUEST")
    if not isinstance(name, str | None):
        raise Refused("operationName must be a string", "INVALID_REQUEST")
    if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        raise Refused("variables and extensions must be objects", "INVALID_REQUEST")
    return Operation(query, name, variables or {}, read_only)


def _refusal(refused: Refused, media_type: str) -> Response:
    entry = {"message": str(refused), "extensions": {"code": refused.code}}
    return _response({"errors": [entry]}, refused.status, media_type, refused.headers)


def _response(
    body: Mapping[str, Any], status: int, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, dict(headers or {}), f"{media_type}; charset=utf-8")
