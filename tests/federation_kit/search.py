"""Search for operations that gateway and monolith answer differently, batch by batch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, parse, validate
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.federation_kit.case import Case, Operation, Served, World, serve
from tests.federation_kit.comparison import Difference, GatewayOf, difference
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.operations import operations, turned
from tests.federation_kit.reduce import reduced
from tests.federation_kit.worlds import Features, worlds

OPERATIONS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a batch.

    Attributes:
        features: A strategy for the features of its worlds.
        worlds: The number of worlds.
        seed: The seed of all choices; None for the same choices in every run.
    """

    features: st.SearchStrategy[Features]
    worlds: int
    seed: int | None


@dataclass(slots=True)
class Tally:
    """The results of a search.

    Attributes:
        worlds: Number of worlds that were composed and served.
        not_composable: Worlds that the composition library refused, by its message.
        operations: Number of operations with the right response.
        calls: Number of subgraph calls for them.
        refused: Operations that the gateway would not plan, by its message.
        features: The number of worlds with each feature.
        found: Shrunk counter-examples by kind.
    """

    worlds: int = 0
    not_composable: Counter[str] = field(default_factory=Counter)
    operations: int = 0
    calls: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    found: dict[str, Case] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add the results of another batch."""
        self.worlds += other.worlds
        self.not_composable += other.not_composable
        self.operations += other.operations
        self.calls += other.calls
        self.refused += other.refused
        self.features += other.features
        for kind, case in other.found.items():
            self.found.setdefault(kind, case)


class DifferenceFound(Exception):
    """Gateway and monolith differ; the message shows how."""

    def __init__(self, case: Case, different: Difference) -> None:
        parts = (f"{name}:\n{text}" for name, text in case.world.subgraphs.items())
        super().__init__(
            "\n".join((different.kind, different.detail, case.operation.document,
                       str(case.operation.variables), *parts))
        )  # fmt: skip
        self.case = case
        self.kind = signature(different)


def signature(different: Difference) -> str:
    """Return a difference's kind, without names of its world, so that others of the kind are recognized."""
    first = different.detail.split("\n", 1)[0] if different.kind != "data" else ""
    words = re.sub(r"\"[^\"]*\"|\[[^\]]*\]|\w+\.\w+|\b[A-Z]\w*\b|\b[a-e]\b|[0-9]+", "_", first)
    return f"{different.kind}: {words}"[:120]


def search(plan: Plan, known: frozenset[str] = frozenset(), *, refusals: bool = False) -> Tally:
    """Run one batch; stop at the first unknown difference, and shrink it.

    Args:
        plan: What to try.
        known: Kinds of differences to skip.
        refusals: Whether an operation that the gateway refuses is a difference.
    """
    tally = Tally()
    seeded: Callable[[Any], Any] = seed(plan.seed) if plan.seed is not None else lambda test: test

    @seeded
    @settings(
        max_examples=plan.worlds,
        derandomize=plan.seed is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(worlds(plan.features), st.data())
    def trying(world: World, data: st.DataObject) -> None:
        served = _served(world, tally)
        if served is not None:
            _compare(served, data, tally, known, refusals)

    try:
        trying()
    except DifferenceFound as error:
        tally.found[error.kind] = _smallest(error)
    return tally


def _smallest(found: DifferenceFound) -> Case:
    smallest = reduced(found.case, lambda case: _kind(case) == found.kind)
    served = serve(smallest.world)
    different = difference(GatewayOf(served), smallest.operation)
    if different is None:
        raise AssertionError("a case that was made smaller still fails")
    return _case(served, smallest.operation, different)


def _kind(case: Case) -> str | None:
    """Return the kind of difference that a case shows; None if it shows none or is invalid."""
    try:
        served = serve(case.world)
        if validate(served.public, parse(case.operation.document)):
            return None
        different = difference(GatewayOf(served), case.operation)
    except (NotComposable, GraphQLError, AssertionError, KeyError, TypeError):
        return None
    return None if different is None else signature(different)


def _served(world: World, tally: Tally) -> Served | None:
    try:
        served = serve(world)
    except NotComposable as error:
        tally.not_composable[re.sub(r'"[^"]*"', "_", str(error).split("\n", 1)[0])] += 1
        return None
    tally.worlds += 1
    tally.features.update(world.features)
    return served


def _compare(
    served: Served,
    data: st.DataObject,
    tally: Tally,
    known: frozenset[str],
    refusals: bool,  # noqa: FBT001 - handed on
) -> None:
    gateway = GatewayOf(served)
    for _ in range(OPERATIONS):
        operation: Operation = data.draw(operations(served.public))
        for each in (operation, *turned(operation)):
            different = difference(gateway, each)
            tally.calls += len(gateway.record.calls)
            if different is None:
                tally.operations += 1
            elif different.kind == "refused" and not refusals:
                tally.refused[signature(different)] += 1
            elif signature(different) not in known:
                raise DifferenceFound(_case(served, each, different), different)


def _case(served: Served, operation: Operation, different: Difference) -> Case:
    expected = served.monolith.answer(operation.document, operation.variables)["data"]
    return Case(served.world, operation, expected, f"{different.kind}: {different.detail}")
