"""The door: where a server of our own asks whom to let in, and brings those past ASGI."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

from gateway.admission import Admission
from gateway.caller import Caller, Reply
from gateway.errors import Overloaded
from gateway.headers import Raw

Answer: TypeAlias = Callable[[Caller, Raw, bytes], Coroutine[Any, Any, Reply]]
"""Of a caller's headers and body, both as they came, makes the reply; it raises nothing but cancellation."""


@dataclass(frozen=True, slots=True)
class Door:
    """What a server may ask before it makes anything of a request, so that refusing costs less still.

    Attributes:
        method: Of the requests that it is about.
        target: Theirs, as it stands in the request.
        admission: Decides.
        answer: Answers who was let in, once the whole request is there; the server needs no ASGI for it.
        refusal: The body for who is not let in, as JSON.
    """

    method: bytes
    target: bytes
    admission: Admission
    answer: Answer
    refusal: bytes = field(default_factory=lambda: orjson.dumps({"errors": Overloaded().formatted()}))
