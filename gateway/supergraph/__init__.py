"""The supergraph: loading it, and the model that planning works on."""

from gateway.supergraph.annotations.access_and_cost import Access, Annotations, ListSize
from gateway.supergraph.annotations.cache_hints import CacheHint
from gateway.supergraph.annotations.cache_tags import CacheTag
from gateway.supergraph.load import load_supergraph
from gateway.supergraph.model import (
    ContextArgument,
    Key,
    Subgraph,
    SubgraphField,
    SubgraphType,
    Supergraph,
)
from gateway.supergraph.normalizer import Normalizer
from gateway.supergraph.selections import Field, Group, Selections, possible_types

__all__ = [
    "Access",
    "Annotations",
    "CacheHint",
    "CacheTag",
    "ContextArgument",
    "Field",
    "Group",
    "Key",
    "ListSize",
    "Normalizer",
    "Selections",
    "Subgraph",
    "SubgraphField",
    "SubgraphType",
    "Supergraph",
    "load_supergraph",
    "possible_types",
]
