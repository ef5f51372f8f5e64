"""How spans name failures: by a code or the type of an exception, never by a message, which may hold data."""

from __future__ import annotations

import re
from typing import Final

from opentelemetry.trace import Span, Status, StatusCode

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
OTHER: Final = "_OTHER"
"""The name of an unknown error in the semantic conventions."""


def error_type(error: object) -> str:
    """Return the code that an error has, or else the name of its type."""
    code = error if isinstance(error, str) else getattr(error, "code", None)
    if isinstance(code, str) and _CODE.fullmatch(code):
        return code
    return type(error).__name__ if isinstance(error, BaseException) else OTHER


def fail(span: Span, error: object) -> None:
    """Mark a span as failed."""
    span.set_attribute("error.type", error_type(error))
    span.set_status(Status(StatusCode.ERROR))
