"""Shows a picture to those who have a signed address, where and as long as it may be seen."""

import hashlib
import hmac
import time
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from simulator.content.event_world import EventWorld

SIGNING_KEY: Final = "simulated-signing-key"


def show_stream(request: Request, world: EventWorld) -> Response:
    """Return the page of a picture; 403 with the reason if the address is not right."""
    stream, query = request.path_params["stream"], request.query_params
    territory, expires = query.get("territory", ""), query.get("expires", "")
    signed = hmac.new(SIGNING_KEY.encode(), f"{stream}\n{territory}\n{expires}".encode(), hashlib.sha256)
    if not hmac.compare_digest(signed.hexdigest().encode(), query.get("signature", "").encode()):
        return PlainTextResponse("the signature is wrong", 403)
    if not expires.isdigit() or int(expires) < time.time():
        return PlainTextResponse("the address has expired", 403)
    event = next((one for one in world.events.values() if f"stream-{one.id}" == stream), None)
    if event is None:
        return PlainTextResponse("there is no such picture", 404)
    if event.territories and territory not in event.territories:
        return PlainTextResponse(f"the picture is not for {escape(territory)}", 403)
    home, away = event.sides
    return HTMLResponse(f"<!doctype html><title>Picture</title><p>{home} {event.score or '-'} {away}</p>")
