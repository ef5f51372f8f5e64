"""The steps that build a world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.federation_kit.case import World
from tests.federation_kit.worlds.contexts import add_context
from tests.federation_kit.worlds.data import objects
from tests.federation_kit.worlds.directives import add_directives
from tests.federation_kit.worlds.drafts import GraphDraft
from tests.federation_kit.worlds.entities import add_entities
from tests.federation_kit.worlds.external_keys import add_external_keys
from tests.federation_kit.worlds.features import NAMES, Features
from tests.federation_kit.worlds.fields import add_leaves, add_links, add_roots, add_values
from tests.federation_kit.worlds.interfaces import add_lonely_interface, add_object_interface
from tests.federation_kit.worlds.moves import add_overrides, hide, share
from tests.federation_kit.worlds.mutations import add_mutations
from tests.federation_kit.worlds.provides import add_provides
from tests.federation_kit.worlds.requires import add_interface_fields, add_requires
from tests.federation_kit.worlds.workshop import Workshop

GRAPHS = ("a", "b", "c", "d", "e")


@st.composite
def worlds(draw: Any, features: st.SearchStrategy[Features]) -> World:
    """Worlds of 2 to 5 subgraphs with their data."""
    chosen = draw(features)
    count = draw(st.sampled_from((2, 3, 4, 5)))
    workshop = Workshop(draw, chosen, {name: GraphDraft() for name in GRAPHS[:count]})
    for step in (
        add_entities,
        add_values,
        add_leaves,
        add_interface_fields,
        add_links,
        add_roots,
        add_mutations,
        add_requires,
        add_provides,
        add_overrides,
        add_context,
        share,
        hide,
        add_external_keys,
        add_lonely_interface,
        add_object_interface,
        add_directives,
    ):
        step(workshop)
    data = objects(workshop)
    graphs = {name: graph.text() for name, graph in workshop.graphs.items() if graph.types}
    return World(graphs, data, frozenset(_features(workshop)))


SEEN_ONLY = frozenset(
    {"alternate_keys", "external_keys", "object_interfaces", "lonely_interfaces", "covariance", "member_gaps"}
)
"""Features that are counted if they had an effect, not if they were allowed."""


def _features(workshop: Workshop) -> Iterator[str]:
    """Yield the features of a world."""
    for name in NAMES:
        if name in workshop.made or (name not in SEEN_ONLY and getattr(workshop.features, name)):
            yield name
