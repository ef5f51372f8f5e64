"""Orders the paths to a field."""

from __future__ import annotations

from gateway.planner.search.graph import Cost, FieldPath, MoveId


def best_first(path: FieldPath) -> tuple[bool, int, int, int, bool]:
    """Return the rank of a path: complete ones come first, and short ones before long ones."""
    return (
        path.remaining is not None,
        path.unknown_types,
        path.cost.depth,
        len(path.cost.calls),
        path.move is not None,
    )


def most_complete(paths: tuple[FieldPath, ...]) -> FieldPath | None:
    """Return the best path that resolves all of a field; if there is none, the one that leaves the least.

    Args:
        paths: All paths, the best one first.
    """
    if not paths:
        return None
    if paths[0].remaining is None:
        return paths[0]
    return min(
        paths, key=lambda path: (0 if path.remaining is None else path.remaining.leaves, path.unknown_types)
    )


def undominated(paths: list[FieldPath]) -> list[FieldPath]:
    """Return the paths that are better in some respect than each path before them."""
    kept: list[FieldPath] = []
    # A path with fewer calls is found by any one of them.
    costs: dict[MoveId | None, list[Cost]] = {}
    for path in paths:
        cost = path.cost
        rivals = (rival for call in (None, *cost.calls) for rival in costs.get(call, ()))
        if not any(rival.depth <= cost.depth and rival.calls <= cost.calls for rival in rivals):
            kept.append(path)
            costs.setdefault(next(iter(cost.calls), None), []).append(cost)
    return kept
