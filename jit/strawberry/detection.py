"""Recognizes schemas made by Strawberry; Strawberry is imported only for them."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final

from graphql import GraphQLResolveInfo, GraphQLSchema
from graphql.pyutils import Path

from jit.compile.reading.field_reader import Unwrap
from jit.runtime.execution import core_info

LOWEST: Final = (0, 341, 2)
"""The lowest version of Strawberry whose resolvers and executor are known well enough to replace them."""


def resolvers_of(
    schema: GraphQLSchema,
) -> tuple[Unwrap, Callable[[Any, Any, Path], GraphQLResolveInfo[Any]]]:
    """Return what unwraps a schema's resolvers, and what makes their info.

    Nothing is unwrapped, and the info is graphql-core's, unless Strawberry made the schema.

    Raises:
        ImportError: Strawberry made it, in a version that is not supported.
    """
    made_by = getattr(schema, "_strawberry_schema", None)
    if made_by is None:
        return lambda _field, _place: None, core_info
    require_supported(version("strawberry-graphql"))
    from jit.strawberry.fields import ResolverUnwrapper  # noqa: PLC0415 - Strawberry may not be installed
    from jit.strawberry.info import strawberry_info  # noqa: PLC0415 - the same

    return ResolverUnwrapper(made_by).unwrap, strawberry_info


def require_supported(installed: str) -> None:
    """Refuse a version of Strawberry that is too old.

    Raises:
        ImportError: It is.
    """
    numbers = tuple(int(part) for part in installed.split(".")[:3] if part.isdigit())
    if numbers < LOWEST:
        lowest = ".".join(map(str, LOWEST))
        raise ImportError(
            f"Compiled execution needs Strawberry {lowest} or later, but {installed} is installed."
        )
