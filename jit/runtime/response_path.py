"""Response paths: linked tuples during execution, converted to a list or a graphql-core `Path` if needed."""

from typing import Any, TypeAlias

from graphql.pyutils import Path

ResponsePath: TypeAlias = tuple["ResponsePath | None", str | int, str | None]
"""(path of the parent, key or index, name of the parent type for a key), as in graphql-core's `Path`."""


def keys(path: ResponsePath | None) -> list[str | int]:
    """Return the keys and indices from the root."""
    found = []
    while path is not None:
        path, key, _ = path
        found.append(key)
    found.reverse()
    return found


def as_path(path: ResponsePath | None) -> Path | None:
    """Return the path as graphql-core's resolvers see it; None for the root."""
    links: list[tuple[str | int, str | None]] = []
    while path is not None:
        path, key, typename = path
        links.append((key, typename))
    found: Path | None = None
    for key, typename in reversed(links):
        found = Path(found, key, typename)
    return found


def ancestor(path: ResponsePath | None, up: int) -> ResponsePath | None:
    """Return the path without its last `up` keys; None for the root."""
    for _ in range(up):
        if path is None:
            break
        path = path[0]
    return path


def reach(data: Any, path: ResponsePath) -> Any:
    """Return the container that holds the path's last key; None where something above is null."""
    node = data
    for key in keys(path[0]):
        if node is None:
            return None
        node = node[key]
    return node
