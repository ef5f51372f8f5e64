"""Worlds written by hand: a feature's plan, and its answer compared with one schema's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import show
from gateway.supergraph import load_supergraph
from tests.federation_kit.case import Operation, Served, World, serve
from tests.federation_kit.comparison import MOVED, GatewayOf, difference
from tests.federation_kit.generous_limits import GENEROUS_LIMITS

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", '
    '"@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject", '
    '"@context", "@fromContext", "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize"])\n'
)


def federated(objects: Mapping[str, Mapping[str, Any]], **subgraphs: str) -> Served:
    """Compose and serve subgraphs of Federation 2 over some data."""
    return serve(World({name: LINK + text for name, text in subgraphs.items()}, objects))


def compared(served: Served, query: str, variables: Mapping[str, Any] | None = None) -> str:
    """The printed plan of a query, after comparing its answer with the monolith's."""
    given = dict(variables or {})
    found = difference(GatewayOf(served), Operation(query, given))
    assert found is None, f"{found.kind}: {found.detail}"
    model = load_supergraph(served.composed.supergraph)
    preparer = Preparer(model, GENEROUS_LIMITS, labels_on=lambda: MOVED)
    return show(preparer.plan(query, None, given)[1].plan)
