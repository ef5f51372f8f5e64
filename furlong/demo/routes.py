"""The HTTP route that the page uses in the demo in addition to the graph: the customers.

Who is given secrets is decided here for all parts of the demo.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from subgraphs.kit.domain.keys import Owner

Endpoint = Callable[[Request], Awaitable[Response]]


class Body(BaseModel):
    """A body of the demo's routes, with names as JavaScript writes them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class SessionCustomer(Body):
    """A customer whom a visitor of the demo can play."""

    id: str
    brand: str
    token: str
    note: str


class DemoSession(Body):
    """All customers of the demo; `brand` is the first one shown.

    Attributes:
        subgraphs: Those that a request may break by a header; empty if it may not.
        mocked: The path of a graph with mocked answers; empty if there is none beside the demo's own.
    """

    brand: str
    customers: tuple[SessionCustomer, ...]
    subgraphs: tuple[str, ...] = ()
    mocked: str = ""

    @property
    def owners(self) -> list[Owner]:
        """Return whose money it is."""
        return [Owner(customer.brand, customer.id) for customer in self.customers]


NO_STORE: Final = {"cache-control": "no-store"}
"""The headers of a response with a secret."""


def is_from_another_origin(request: Request) -> bool:
    """Tell whether a page of another origin sends a request, which must not be given a secret.

    A browser says so in `Sec-Fetch-Site`, an older one in `Origin` unless the request only reads; a program
    sends neither.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched not in {"same-origin", "none"}
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return request.headers.get("origin", own) != own


def own_pages_only(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that refuses pages of other origins, and whose responses are not stored."""

    async def guarded(request: Request) -> Response:
        if is_from_another_origin(request):
            return JSONResponse({"detail": "only pages of this origin are given this"}, 403, NO_STORE)
        response = await endpoint(request)
        response.headers.update(NO_STORE)
        return response

    return guarded


def session_route(session: DemoSession) -> Route:
    """Return the route `GET /demo/session`."""
    body = session.model_dump_json(by_alias=True)

    async def get_session(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return Route("/demo/session", own_pages_only(get_session))  # it has tokens
