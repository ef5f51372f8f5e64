"""The tags by which cached responses are invalidated; each belongs to a subgraph."""

from __future__ import annotations


def subgraph_tag(subgraph: str) -> str:
    """Return the tag that all responses of a subgraph have."""
    return f"subgraph:{subgraph}"


def type_tag(subgraph: str, type_name: str) -> str:
    """Return the tag of a type's entities; root fields have the tag of the query type."""
    return f"type:{subgraph}:{type_name}"


def written_tag(subgraph: str, tag: str) -> str:
    """Return the tag for a value of `@cacheTag`."""
    return f"tag:{subgraph}:{tag}"
