"""The settings of one execution."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import MiddlewareManager
from graphql.execution import Middleware


def as_manager(middleware: Middleware | None) -> MiddlewareManager | None:
    """Return a middleware manager, or None if there is no middleware."""
    if isinstance(middleware, list | tuple):
        middleware = MiddlewareManager(*middleware)
    return middleware if middleware is not None and middleware.middlewares else None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller of an execution may set; most names are graphql-core's.

    Attributes:
        awaited: Whether the caller is a coroutine that awaits the result at once, so that awaitables may be
            started at once.
        only_sync: Whether an async iterable is an error instead of a list.
        operation_extensions: The extensions of the request, which Strawberry's info has.
    """

    field_resolver: Callable[..., Any] | None = None
    type_resolver: Callable[..., Any] | None = None
    max_coercion_errors: int = 50
    middleware: MiddlewareManager | None = None
    hide_suggestions: bool = False
    awaited: bool = False
    only_sync: bool = False
    operation_extensions: Mapping[str, Any] | None = None
