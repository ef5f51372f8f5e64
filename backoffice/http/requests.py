"""Reads requests strictly, and turns every error into a response of one form."""

from typing import Final, TypeVar

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response

from backoffice.errors import BackofficeError, Conflict, Forbidden, Invalid, NotSignedIn, Stale
from backoffice.http.security import CSRF_HEADER, NO_STORE, Site
from backoffice.identity.secrets import Keys
from backoffice.identity.sign_in import AuthenticatedSession, SignIn, SignInRefused, TooManyAttempts

T = TypeVar("T")
BODY_BYTES: Final = 16 * 1024
STATUS: Final[dict[type[BackofficeError], int]] = {
    NotSignedIn: 401,
    SignInRefused: 401,
    Forbidden: 403,
    Conflict: 409,
    Stale: 409,
    Invalid: 422,
    TooManyAttempts: 429,
}


class BadRequest(BackofficeError):
    """The request is not what the route expects."""

    code = "BAD_REQUEST"


class BodyTooLarge(BadRequest):
    """The body is longer than any that the routes of a session need."""

    code = "BODY_TOO_LARGE"


class CrossSiteRequest(BackofficeError):
    """The request comes from a page of another origin, or without the session's CSRF token."""

    code = "FOREIGN_PAGE"

    def __init__(self) -> None:
        super().__init__("This request does not come from the back office's own pages.")


async def gone(request: Request) -> None:
    """Return once the browser is gone; the whole body has been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def json_response(content: object, status: int = 200) -> Response:
    """Return JSON that no cache stores."""
    return Response(orjson.dumps(content), status, {"cache-control": NO_STORE}, media_type="application/json")


def error_response(error: BackofficeError) -> Response:
    """Return an error as a JSON response."""
    status = STATUS.get(type(error), 403 if isinstance(error, CrossSiteRequest) else 400)
    if isinstance(error, BodyTooLarge):
        status = 413
    response = json_response({"error": {"message": str(error), **error.extensions}}, status)
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(error.seconds)
    return response


async def body_of(request: Request, expected: type[T]) -> T:
    """Return the body, read as JSON of a type.

    Raises:
        BodyTooLarge: It is too long.
        BadRequest: It is not JSON, or not of the type.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequest("Send JSON: content-type application/json.")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_BYTES:
            raise BodyTooLarge(f"The body is longer than {BODY_BYTES} bytes.")
    try:
        return msgspec.json.decode(received, type=expected, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("The body does not have the expected fields.") from None


async def require_session(request: Request, site: Site, sign_in: SignIn) -> AuthenticatedSession:
    """Return the authenticated session of a request that changes something.

    Raises:
        CrossSiteRequest: It comes from a page of another origin, or without the session's CSRF token.
        NotSignedIn: There is no session.
    """
    if not site.is_own_page(request):
        raise CrossSiteRequest
    token = site.token(request)
    current = await sign_in.authenticate(token, site.address(request)) if token else None
    if current is None:
        raise NotSignedIn
    if not has_csrf_token(request, sign_in.keys, token):
        raise CrossSiteRequest
    return current


def has_csrf_token(request: Request, keys: Keys, token: str) -> bool:
    """Tell whether a request has the CSRF token of its session."""
    return keys.is_csrf_token(token, request.headers.get(CSRF_HEADER, ""))
