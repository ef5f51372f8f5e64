"""Which subgraph a field of the client's answer comes from, by the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.plan.nodes import Fetch, Names, QueryPlan


def supplier(plan: QueryPlan, path: Sequence[str | int]) -> str | None:
    """The subgraph that brings the field at a path of the answer.

    Args:
        plan: By which the answer was made.
        path: In the client's terms.

    Returns:
        None where several subgraphs may have brought it.
    """
    responses = [part for part in path if isinstance(part, str)]
    found = {
        fetch.subgraph
        for stored in _stored(plan.names, responses)
        for fetch in _nearest(plan.fetches, stored)
    }
    return found.pop() if len(found) == 1 else None


def _stored(names: Names | None, responses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All paths of storage names that the client sees under these names."""
    if not responses:
        yield ()
    elif names is not None:
        for storage, response in names.responses.items():
            if response == responses[0]:
                for below in _stored(names.below.get(storage), responses[1:]):
                    yield (storage, *below)


def _nearest(fetches: Sequence[Fetch], stored: tuple[str, ...]) -> list[Fetch]:
    """The fetches for the deepest place on the way that bring what lies below it."""
    bringing = [
        (len(path), fetch)
        for fetch in fetches
        for path, supplies in fetch.places()
        if len(path) < len(stored)
        and all(step.key == key for step, key in zip(path, stored, strict=False))
        and any(stored[len(path)] in storages for storages in supplies.values())
    ]
    deepest = max((length for length, _ in bringing), default=0)
    return [fetch for length, fetch in bringing if length == deepest]
