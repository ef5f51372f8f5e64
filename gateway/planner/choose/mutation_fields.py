"""Chooses subgraphs for the fields of a mutation so that neighbours share requests."""

from __future__ import annotations

from typing import NamedTuple

from gateway.planner.choose.choices import ChoicePoint, Choices


class _Route(NamedTuple):
    """The choices for the fields so far.

    Attributes:
        requests: How many requests they take.
        forced: By choice point, the index of the path.
    """

    requests: int
    forced: dict[ChoicePoint, int]


def neighbours_together(choices: Choices) -> Choices:
    """Return other choices, by which the fields of a mutation take the fewest requests.

    A field joins the request of the field before it if one subgraph has both, and nothing of the first is
    fetched elsewhere: that has to be done before the second begins.
    """
    # By the subgraph whose request the next field may join; None where it may join none.
    routes: dict[str | None, _Route] = {None: _Route(0, {})}
    for point, decision in choices.decisions.items():
        if point[0]:
            continue  # below a field
        fewest = min(routes.values(), key=_requests)
        following: dict[str | None, _Route] = {}
        for index, path in enumerate(decision.paths):
            subgraph = None if path.move is None else path.move.subgraph
            before, joined = fewest, None if subgraph is None else routes.get(subgraph)
            if joined is not None and joined.requests <= fewest.requests:
                before = _Route(joined.requests - 1, joined.forced)
            calls = len(path.cost.calls)
            still_open = subgraph if calls == 1 else None
            route = _Route(before.requests + calls, {**before.forced, point: index})
            following[still_open] = min(following.get(still_open, route), route, key=_requests)
        routes = following
    return Choices(choices.search, forced=min(routes.values(), key=_requests).forced)


def _requests(route: _Route) -> int:
    return route.requests
