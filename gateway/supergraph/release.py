"""Takes apart a model that is no longer used, so that its memory is freed at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphql import is_introspection_type, is_specified_scalar_type

from gateway.supergraph.model import Supergraph

TYPES_A_STEP: Final = 100
"""How many types are taken apart before other work gets its turn: a few milliseconds' work."""


def release(model: Supergraph) -> Iterator[None]:
    """Take a model apart; yield after each step.

    The types of a schema refer to one another in cycles. To find them, the garbage collector would also visit
    all objects of the current model; with a large model, every request would have to wait for that.
    """
    for schema in (model.schema, model.public):
        for number, named in enumerate(list(schema.type_map.values())):
            # Built-in types are shared by all schemas.
            if not (is_specified_scalar_type(named) or is_introspection_type(named)):
                named.__dict__.clear()
            if number % TYPES_A_STEP == 0:
                yield
