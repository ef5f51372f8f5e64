"""Takes a model apart that nothing uses any more, so that its memory is freed at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphql import is_introspection_type, is_specified_scalar_type

from gateway.supergraph.model import Supergraph

TYPES_A_STEP: Final = 100
"""How many types are taken apart before others get their turn: a few milliseconds' work."""


def release(model: Supergraph) -> Iterator[None]:
    """Take a model apart, and yield after each step.

    The types of a schema refer to one another in circles. To find such circles the collector would visit all
    objects of the model in force as well, for which a large one would have every request wait.
    """
    for schema in (model.schema, model.public):
        for number, named in enumerate(list(schema.type_map.values())):
            # Types that belong to no schema are shared by all.
            if not (is_specified_scalar_type(named) or is_introspection_type(named)):
                named.__dict__.clear()
            if number % TYPES_A_STEP == 0:
                yield
