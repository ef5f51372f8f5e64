"""The areas of the back office, one line each, and the schema that their fields make.

An area's `schema` is beside its `area` and has `Query`, and `Mutation` if it changes something.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final

from backoffice.base import Base
from backoffice.graph.area import Area
from backoffice.graph.execution import OfficeSchema, build_schema
from backoffice.search import Query as SearchQuery
from foundation.late_imports import imported
from subgraphs.block_list import BLOCKS

PLACES: Final = (
    "backoffice.people.area:PeopleArea",
    "backoffice.content.area:ContentArea",
    "backoffice.rules.area:RulesArea",
    "backoffice.risk.area:RiskArea",
    "backoffice.operations.area:OperationsArea",
    "backoffice.support.area:SupportArea",
    *(block.area for block in BLOCKS if block.area),
)
AREAS: Final[tuple[Callable[[Base], Area], ...]] = tuple(imported(place) for place in PLACES)
"""Each is built over a base, with which it registers its kinds of proposals and jobs."""


def _fields(kind: str) -> Iterator[Any]:
    for place in PLACES:
        schema = import_module(f"{place.rpartition('.area:')[0]}.schema")
        if (fields := getattr(schema, kind, None)) is not None:
            yield fields


@cache
def create_schema() -> OfficeSchema:
    """Return the schema, which all apps of this process share; it needs no database."""
    return build_schema((*_fields("Query"), SearchQuery), tuple(_fields("Mutation")))
