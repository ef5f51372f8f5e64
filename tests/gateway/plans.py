"""Printed plans for the planner's tests."""

from __future__ import annotations

from graphql import parse

from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import show
from gateway.planner import normalize
from gateway.planner.planner import plan
from gateway.settings.limits import Budget
from gateway.supergraph import load_supergraph
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.world import FOLDER


def composed(name: str) -> str:
    """A supergraph as the composition library wrote it."""
    return (FOLDER / name / "supergraph.graphql").read_text()


def joined(body: str, *graphs: str) -> str:
    """A small supergraph written by hand, with the machinery of join v0.5 before it."""
    machinery = composed("club").split("enum join__Graph", 1)[0].replace("mutation: Mutation", "")
    values = "\n".join(
        f'{graph.upper()} @join__graph(name: "{graph}", url: "http://{graph}.test")' for graph in graphs
    )
    return f"{machinery}\nenum join__Graph {{ {values} }}\n{body}"


def printed(
    sdl: str, query: str, conditions: dict[str, bool] | None = None, budget: Budget | None = None
) -> str:
    """The plan of a query, printed, after checking that every document in it parses."""
    supergraph = load_supergraph(sdl)
    prepared = Preparer(supergraph, GENEROUS_LIMITS).prepare(query, None)
    operation = normalize(supergraph, prepared.document, prepared.operation, conditions or {})
    made = plan(supergraph, operation, budget)
    for fetch in made.fetches:
        parse(fetch.document)
    return show(made)
