"""Determines which subgraph a field of the client's response comes from, according to the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.plan.nodes import Fetch, Names, QueryPlan


def providing_subgraph(plan: QueryPlan, path: Sequence[str | int]) -> str | None:
    """Return the subgraph that provides the field at a path of the response.

    Args:
        plan: The plan that was executed.
        path: The client's names and list indexes.

    Returns:
        The subgraph's name, or None if several subgraphs may have provided the field.
    """
    responses = [part for part in path if isinstance(part, str)]
    found = {
        fetch.subgraph
        for stored in _stored(plan.names, responses)
        for fetch in _nearest(plan.fetches, stored)
    }
    return found.pop() if len(found) == 1 else None


def _stored(names: Names | None, responses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield all paths of response keys that the client sees under the given names."""
    if not responses:
        yield ()
    elif names is not None:
        for response_key, response in names.responses.items():
            if response == responses[0]:
                for below in _stored(names.below.get(response_key), responses[1:]):
                    yield (response_key, *below)


def _nearest(fetches: Sequence[Fetch], stored: tuple[str, ...]) -> list[Fetch]:
    """Return the fetches that write deepest on the path and provide the next key from there."""
    providing = [
        (len(path), fetch)
        for fetch in fetches
        for path, provided_fields in fetch.places()
        if len(path) < len(stored)
        and all(step.response_key == key for step, key in zip(path, stored, strict=False))
        and any(stored[len(path)] in response_keys for response_keys in provided_fields.values())
    ]
    deepest = max((length for length, _ in providing), default=0)
    return [fetch for length, fetch in providing if length == deepest]
