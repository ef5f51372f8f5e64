"""The path of a request, stage by stage, with the features that added to it: `furlong gateway path`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from gateway.pipeline.hooks import Hooks

CORE: Final = "core"
SMALLEST_SUPERGRAPH: Final = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on OBJECT
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { ONE @join__graph(name: "one", url: "http://127.0.0.1:9/graphql") }
type Query @join__type(graph: ONE) { field: String }
"""
"""A graph of one field, for the path of settings alone."""


class Step(NamedTuple):
    """One thing that is done for a request.

    Attributes:
        stage: The stage of the request.
        by: The feature that added it; `core` for what is always there.
        does: What it does.
        costs: What it is done for: each request, or less.
    """

    stage: str
    by: str
    does: str
    costs: str


class Stage(NamedTuple):
    """A stage of the path.

    Attributes:
        name: Its name.
        does: What the core does there; empty for nothing.
        hooks: The field of `Hooks` or `VersionParts` with what features add; empty if nothing can be added.
        costs: What it is done for.
        is_after: Whether the core's part comes after that of features.
    """

    name: str
    does: str
    hooks: str
    costs: str
    is_after: bool = False


REQUEST: Final = "each request"
STAGES: Final = (
    Stage("admission", "Refuses the request if too many are being answered.", "", REQUEST),
    Stage("origins", "", "origins", "requests of pages of other origins, and refusals"),
    Stage("endpoint", "Chooses the media type, and which headers subgraphs see.", "forwarding", REQUEST),
    Stage("probe", "", "probe", REQUEST),
    Stage("batches", "", "dividers", REQUEST),
    Stage("arrival", "", "requests", REQUEST),
    Stage("body", "Finds the prepared request of a known body.", "", REQUEST),
    Stage("session", "Finds the cached session, or authenticates.", "", REQUEST),
    Stage("ids", "", "documents", "requests with a new body"),
    Stage(
        "document", "Parses and validates the document.", "new_documents", "each new document", is_after=True
    ),
    Stage("costs", "", "costs", "each new document"),
    Stage("refusals", "", "refusals", "requests that are refused before policies decide"),
    Stage("recorders", "Counts by operation and client.", "recorders", REQUEST),
    Stage("policies", "", "policies", REQUEST),
    Stage("labels", "", "labels", "requests of no customer"),
    Stage("narrowing", "", "narrowing", "each new plan"),
    Stage("plan", "Finds the plan, or makes it.", "", REQUEST),
    Stage("plan checks", "", "plans", REQUEST),
    Stage("headers", "", "headers", REQUEST),
    Stage("calls", "Fetches from a subgraph.", "calls", "each call of a subgraph", is_after=True),
    Stage("sources", "Subscribes at a subgraph.", "sources", "each subscription", is_after=True),
    Stage("events", "", "events", "each event"),
    Stage("event calls", "Fetches what an event lacks.", "event_calls", "calls for an event", is_after=True),
    Stage("subscriptions", "", "subscriptions", "each subscription"),
    Stage("in parts", "", "in_parts", "requests with @defer or @stream"),
    Stage("projection", "Makes the data that the client asked for.", "", REQUEST),
    Stage("responses", "Encodes the response.", "responses", REQUEST, is_after=True),
    Stage("replies", "Adds the headers for caches.", "replies", REQUEST),
)


def request_path(parts: Iterable[tuple[str, Hooks]]) -> Iterator[Step]:
    """Yield what is done for a request, in order; around calls, the outermost comes first.

    Args:
        parts: What features add, by their names.
    """
    parts = tuple(parts)
    for stage in STAGES:
        own = Step(stage.name, CORE, stage.does, stage.costs)
        if stage.does and not stage.is_after:
            yield own
        if stage.hooks:
            yield from _added(stage, parts)
        if stage.does and stage.is_after:
            yield own


def _added(stage: Stage, parts: Iterable[tuple[str, Hooks]]) -> Iterator[Step]:
    for name, hooks in parts:
        added = getattr(hooks, stage.hooks, ())
        for part in added if isinstance(added, tuple) else filter(None, (added,)):
            header = getattr(part, "header", None) if stage.hooks == "replies" else None
            costs = f"requests with {header.decode('latin-1')}" if isinstance(header, bytes) else stage.costs
            yield Step(stage.name, name, _first_line(part), costs)


def _first_line(part: object) -> str:
    """Return what a part does, as the first line of its docstring says."""
    while isinstance(part, partial):
        part = part.func
    text: str = part.__doc__ or type(part).__name__
    return text.strip().split("\n")[0]
