"""Directives that clients may write: composition keeps those of all subgraphs."""

from __future__ import annotations

from tests.federation_kit.worlds.workshop import Workshop

LOUD = "directive @loud(times: Int = 1, words: [String!]) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT"
OTHERS = ("directive @quiet on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT", "directive @inside on OBJECT")


def add_directives(workshop: Workshop) -> None:
    """One of all subgraphs, and others of one subgraph each."""
    if not workshop.features.directives:
        return
    for graph in workshop.graphs.values():
        graph.directives.append(LOUD)
    for text in OTHERS:
        workshop.graphs[workshop.pick(list(workshop.graphs))].directives.append(text)
