"""Inject faults into subgraph responses, deterministically: what a broken subgraph may return, and worse."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import SubgraphUnreachable
from tests.federation_kit.asked import SubgraphRequest

WRONG: Final[tuple[Any, ...]] = (
    None,
    0,
    7,
    2**40,
    1.5,
    True,
    "",
    "x",
    [],
    [None],
    {},
    {"__typename": "Nobody"},
)
"""Values to put where something else is expected."""

Place = tuple[Any, Any, tuple[Any, ...]]
"""A container, a key of it, and the path to there."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Random faults.

    Attributes:
        seed: Determines all faults, together with the request.
    """

    seed: int

    def spoiled(self, name: str, request: SubgraphRequest, answer: dict[str, Any]) -> Any:
        """Return a response as a broken subgraph gives it; half of the responses are unchanged.

        Raises:
            SubgraphUnreachable: There is no response.
        """
        text = json.dumps([self.seed, name, request.query, request.variables], sort_keys=True)
        chance = random.Random(text)  # noqa: S311 - a choice, no secret
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
            kinds = (_whole, _changed, _changed, _dropped, _dropped, _nulled, _nulled, _told, _resized)
            answer = chance.choice(kinds)(chance, answer)
        return answer


def _whole(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Return no response, or one with nothing of what was requested."""
    told = [{"message": "Down."}]
    made: Callable[[], dict[str, Any]] = chance.choice(
        (
            _unreachable,
            lambda: {"data": None},
            lambda: {"data": None, "errors": told},
            lambda: {"errors": told},
            lambda: {**answer, "errors": "many"},
            lambda: {**answer, "errors": []},
            lambda: {"data": []},
            lambda: {"data": {}},
        )
    )
    return made()


def _unreachable() -> dict[str, Any]:
    raise SubgraphUnreachable("by chance")


def _changed(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Change a value somewhere."""
    for container, key, _ in _one(chance, answer):
        container[key] = json.loads(json.dumps(chance.choice(WRONG)))
    return answer


def _dropped(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Leave something out."""
    for container, key, _ in _one(chance, answer):
        del container[key]
    return answer


def _nulled(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Put null somewhere, with an error that says why."""
    for container, key, path in _one(chance, answer):
        container[key] = None
        code = chance.choice(({}, {"extensions": {"code": "OUT_OF_ORDER"}}))
        _tell(answer, {"message": f"Broken at {key}.", "path": list(path), **code})
    return answer


def _told(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Add an error without a path, or at a path that has data."""
    paths = [list(path) for *_, path in _places(answer.get("data"), ())]
    path = chance.choice([*paths, ["nowhere"], ["_entities"], ["_entities", 99, "x"], "wrong", [], None])
    _tell(
        answer, chance.choice(({"message": "Told."}, {"message": 1}, {"message": "Told.", "path": path}, 7))
    )
    return answer


def _resized(chance: random.Random, answer: dict[str, Any]) -> dict[str, Any]:
    """Make a list longer or shorter than it should be."""
    lists = [c[k] for c, k, _ in _places(answer.get("data"), ()) if isinstance(c[k], list)]
    if lists:
        choice = chance.choice(lists)
        if choice and chance.random() < 0.5:
            choice.pop()
        else:
            choice.append(json.loads(json.dumps(chance.choice([*choice, None, {}]))))
    return answer


def _tell(answer: dict[str, Any], error: object) -> None:
    if isinstance(answer.setdefault("errors", []), list):
        answer["errors"].append(error)


def _one(chance: random.Random, answer: Mapping[str, Any]) -> list[Place]:
    """Return one place of the data, if there is any."""
    places = list(_places(answer.get("data"), ()))
    return [chance.choice(places)] if places else []


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[Place]:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, below in pairs:
        yield value, key, (*path, key)
        yield from _places(below, (*path, key))
