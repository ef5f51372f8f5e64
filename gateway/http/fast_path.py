"""The fast path: how our own server admits complete requests and hands them to the endpoint past ASGI.

A server looks for the attribute `fast_path` of the application. Without it every request goes through ASGI.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from gateway.errors import Overloaded
from gateway.http.admission import Admission
from gateway.http.client import Client, Reply
from gateway.http.headers import RawHeaders
from gateway.http.replies import OriginPolicy

Respond: TypeAlias = Callable[[Client, RawHeaders, bytes], Coroutine[Any, Any, Reply]]
"""Returns the reply to a client's headers and body, as received; raises nothing but cancellation."""


@dataclass(frozen=True, slots=True)
class FastPath:
    """What a server needs to refuse or answer a request without ASGI.

    Attributes:
        method: The method of the requests it serves.
        target: The request target, exactly as in the request line.
        admission: Decides whether a request is admitted.
        respond: Answers an admitted request once all of it has arrived.
        refusal: The JSON body for a request that is not admitted.
        cors: Returns the CORS policy for pages of other origins; None if no such pages are allowed.
    """

    method: bytes
    target: bytes
    admission: Admission
    respond: Respond
    refusal: bytes = field(default_factory=lambda: orjson.dumps({"errors": Overloaded().formatted()}))
    cors: Callable[[], OriginPolicy | None] = lambda: None
