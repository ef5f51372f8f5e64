"""The wallet's side of signed HTTP, written from docs/fulfilment.md, independently of our side."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

HEADER, TIME = "x-furlong-signature", "x-furlong-timestamp"
TOLERANCE = timedelta(minutes=5)


def signature_holds(secret: bytes, request: Request, body: bytes, now: datetime) -> bool:
    """Return whether a request was signed with the secret, and recently."""
    time = request.headers.get(TIME, "")
    if not time.isdecimal() or abs(datetime.fromtimestamp(int(time[:10]), UTC) - now) > TOLERANCE:
        return False
    query = request.scope["query_string"].decode()
    target = request.scope["raw_path"].decode() + (f"?{query}" if query else "")
    signed = "\n".join((time, request.method, target, sha256(body).hexdigest()))
    expected = hmac.new(secret, signed.encode(), sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get(HEADER, ""))


def sign_answer(secret: bytes, request: Request, response: Response) -> None:
    """Sign a response, including the signature of the request that it answers."""
    signed = "\n".join(
        (request.headers[HEADER], str(response.status_code), sha256(bytes(response.body)).hexdigest())
    )
    response.headers[HEADER] = hmac.new(secret, signed.encode(), sha256).hexdigest()
