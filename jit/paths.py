"""Where in the answer something stands: a linked tuple on the way down, a list or a `Path` when asked for."""

from typing import Any, TypeAlias

from graphql.pyutils import Path

Steps: TypeAlias = tuple["Steps | None", str | int, str | None]
"""(steps before, key or index, name of the parent type for a key), as graphql-core's `Path` has them."""


def keys(steps: Steps | None) -> list[str | int]:
    """The keys and indices from the root."""
    found = []
    while steps is not None:
        steps, key, _ = steps
        found.append(key)
    found.reverse()
    return found


def as_path(steps: Steps | None) -> Path | None:
    """The same as graphql-core's resolvers see it."""
    links: list[tuple[str | int, str | None]] = []
    while steps is not None:
        steps, key, typename = steps
        links.append((key, typename))
    path: Path | None = None
    for key, typename in reversed(links):
        path = Path(path, key, typename)
    return path


def ancestor(steps: Steps | None, up: int) -> Steps | None:
    """The steps without the last `up` of them; None for the root."""
    for _ in range(up):
        if steps is None:
            break
        steps = steps[0]
    return steps


def reach(data: Any, steps: Steps) -> Any:
    """The container at whose key or index the steps end, None where something on the way is null."""
    node = data
    for key in keys(steps[0]):
        if node is None:
            return None
        node = node[key]
    return node
