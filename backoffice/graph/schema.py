"""The schema of the back office: one, which each area extends by its fields, compiled by `jit`."""

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext

from jit.schema import Schema


class OfficeSchema(Schema):
    """The compiled schema; `OfficeGraph` masks and logs the errors of its executions."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Do nothing: an error that is meant for the person needs no traceback."""
        del errors, execution_context


def build_schema(queries: Iterable[type[Any]], mutations: Iterable[type[Any]]) -> OfficeSchema:
    """Build the schema of the areas' root types.

    Args:
        queries: Strawberry types, whose fields become those of `Query`.
        mutations: Strawberry types, whose fields become those of `Mutation`.
    """
    return OfficeSchema(
        query=merge_types("Query", tuple(queries)), mutation=merge_types("Mutation", tuple(mutations))
    )
