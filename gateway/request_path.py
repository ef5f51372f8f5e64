"""Assembles the path of a version's requests from what features add; `furlong gateway path` prints it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct

from gateway.feature import VersionParts
from gateway.pipeline.hooks import Hooks, Step
from gateway.pipeline.policies import SelectivePolicy

CORE: Final = "core"
REQUEST: Final = "each request"

Added: TypeAlias = Mapping[str, list[tuple[str, Any]]]
"""What is added to each field of `VersionParts`, in order, each with the name of what added it."""


class Stage(NamedTuple):
    """A stage of the path.

    Attributes:
        name: Its name.
        does: What the core does there; empty for nothing.
        hooks: The field of `VersionParts` with what features add; empty if nothing can be added.
        done_for: What it is done for.
        is_after: Whether the core's part comes after that of features.
        only_with: The field of `VersionParts` without which nothing is done there; empty for none.
    """

    name: str
    does: str
    hooks: str
    done_for: str
    is_after: bool = False
    only_with: str = ""


SUBSCRIPTIONS: Final = "subscriptions"
SESSION: Final = Stage("session", "Finds the cached session, or authenticates.", "", REQUEST)
"""Absent if requests have no sessions."""

STAGES: Final = (
    Stage("admission", "Refuses the request if too many are being answered.", "", REQUEST),
    Stage("origins", "", "origins", "requests of pages of other origins, and refusals"),
    Stage("endpoint", "Chooses the media type, and which headers subgraphs see.", "forwarding", REQUEST),
    Stage("batches", "", "dividers", REQUEST),
    Stage("probe", "", "probe", REQUEST),
    Stage("arrival", "", "requests", REQUEST),
    Stage("body", "Finds the prepared request of a known body.", "", REQUEST),
    SESSION,
    Stage("ids", "", "documents", "requests with a new body"),
    Stage("document", "Parses and validates the document.", "refusals", "each new document", is_after=True),
    Stage("costs", "", "costs", "each new document"),
    Stage("refusals", "", "refusals", "requests that are refused before policies decide"),
    Stage("recorders", "Counts by operation and client.", "recorders", REQUEST),
    Stage("policies", "", "policies", REQUEST),
    Stage("labels", "", "labels", "requests of no customer"),
    Stage("narrowing", "", "narrowing", "each new plan"),
    Stage("plan", "Finds the plan, or makes it.", "", REQUEST),
    Stage("plan checks", "", "plans", REQUEST),
    Stage("headers", "", "headers", REQUEST),
    Stage("executor", "", "executor", "each query"),
    Stage("calls", "Fetches from a subgraph.", "calls", "each call of a subgraph", is_after=True),
    Stage(
        "sources",
        "Subscribes at a subgraph.",
        "sources",
        "each subscription",
        is_after=True,
        only_with=SUBSCRIPTIONS,
    ),
    Stage("events", "", "events", "each event", only_with=SUBSCRIPTIONS),
    Stage(
        "event calls",
        "Fetches what an event lacks.",
        "event_calls",
        "calls for an event",
        True,
        SUBSCRIPTIONS,
    ),
    Stage("subscriptions", "", "subscriptions", "each subscription"),
    Stage("in parts", "", "in_parts", "requests with @defer or @stream"),
    Stage("projection", "Makes the data that the client asked for.", "", REQUEST),
    Stage("responses", "Encodes the response.", "responses", REQUEST, is_after=True),
    Stage("replies", "Adds the headers for caches.", "replies", REQUEST),
)


class RequestPath(Struct, frozen=True):
    """The path of the requests to one version of the graph.

    Attributes:
        parts: What is called at each stage.
        steps: The same in the order of a request; around calls, the outermost comes first.
    """

    parts: VersionParts
    steps: tuple[Step, ...]


def assemble(
    features: Iterable[tuple[str, VersionParts]], core: Hooks, *, authenticates: bool
) -> RequestPath:
    """Assemble a path: a stage to which nobody adds anything is not on it.

    Args:
        features: What features add, by their names, in the order in which it is called.
        core: What the core adds, before features.
        authenticates: Whether requests may have sessions.

    Raises:
        ValueError: Two features claim what only one may do.
    """
    added: dict[str, list[tuple[str, Any]]] = {}
    values: dict[str, Any] = {}
    for name, parts in [(CORE, core), *features]:
        for field in parts.__struct_fields__:
            value = getattr(parts, field)
            if isinstance(value, tuple):
                values[field] = (*values.get(field, ()), *value)
                added.setdefault(field, []).extend((name, hook) for hook in value)
            elif value is not None:
                if field in values:
                    raise ValueError(f"Both {added[field][0][0]} and {name} claim {field}.")
                values[field] = value
                added[field] = [(name, value)]
    stages = (stage for stage in STAGES if authenticates or stage is not SESSION)
    return RequestPath(
        VersionParts(**values), tuple(step for stage in stages for step in _steps(stage, added))
    )


def _steps(stage: Stage, added: Added) -> Iterator[Step]:
    """Yield what is done at a stage, in order."""
    if stage.only_with and stage.only_with not in added:
        return
    own = [Step(stage.name, CORE, stage.done_for, stage.does)] if stage.does else []
    if not stage.is_after:
        yield from own
    for name, part in added.get(stage.hooks, ()):
        yield Step(stage.name, name, _done_for(stage, part), _first_line(part))
    if stage.is_after:
        yield from own


def _done_for(stage: Stage, part: object) -> str:
    """Return what a part is called for, which it may restrict itself."""
    header = getattr(part, "header", None)
    if stage.hooks == "replies" and isinstance(header, bytes):
        return f"requests with {header.decode('latin-1')}"
    if stage.hooks == "policies" and isinstance(part, SelectivePolicy):
        return "requests with documents that concern it"
    return stage.done_for


def _first_line(part: object) -> str:
    """Return what a part does, as the first line of its docstring says."""
    while isinstance(part, partial):
        part = part.func
    text: str = part.__doc__ or type(part).__name__
    return text.strip().split("\n")[0]
