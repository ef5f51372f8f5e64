"""The operations that clients send most, planned for a new version of the graph before it is served."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.access.requirements import NOTHING, Requirement
from gateway.errors import RequestError
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.plan_cache import Conditions, PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedDocument
from gateway.pipeline.preparation.preparer import Preparer

UNNAMED: Final = "an operation without a name"


@dataclass(frozen=True, slots=True)
class HotOperation:
    """An operation with a plan, as one version of the graph knows it.

    Attributes:
        document: The document.
        conditions: The values of its conditions.
        labels: The labels of progressive overrides that were on, among those that the plan depends on.
        uses: How often the plan was used.
        unmet: The rules of access that did not hold for its clients.
    """

    document: PreparedDocument
    conditions: Conditions
    labels: frozenset[str]
    uses: int
    unmet: Requirement = NOTHING


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The result of planning hot operations for another version of the graph.

    Attributes:
        plans: How many were planned.
        left: How many were not planned because time ran out.
        broken: The names of the operations that the other version cannot answer, each with the reason.
        broken_uses: How often the broken operations were used.
    """

    plans: int
    left: int
    broken: tuple[tuple[str, str], ...]
    broken_uses: int


def all_operations(preparer: Preparer) -> list[HotOperation]:
    """Return all operations with plans."""
    return [
        HotOperation(document, conditions, labels, planned.uses, unmet)
        for _, document in preparer.documents.items()
        for conditions, unmet, labels, planned in document.plans.each()
    ]


def warm_up(
    executor: OperationExecutor,
    operations: Iterable[HotOperation],
    aliases: Mapping[bytes, bytes],
    *,
    seconds: float,
    fading: float,
    clock: Callable[[], float] = time.monotonic,
) -> WarmUp:
    """Plan and compile operations for another version of the graph, in order, until time runs out.

    Args:
        executor: The executor of the other version.
        operations: The operations, the most used one first.
        aliases: The keys of documents by the texts that clients send.
        seconds: The time limit.
        fading: The factor by which use counts are multiplied in the other version, so that old uses count
            less.
        clock: Returns a monotonic time in seconds.
    """
    plans = left = broken_uses = 0
    broken: dict[str, str] = {}
    until = clock() + seconds
    for each in operations:
        if clock() >= until:
            left += 1
            continue
        try:
            _plan(executor, each).uses = round(each.uses * fading)
        except RequestError as error:
            broken_uses += each.uses
            broken[each.document.name or UNNAMED] = error.message
        else:
            plans += 1
    executor.preparer.know_as(aliases)
    return WarmUp(plans, left, tuple(broken.items()), broken_uses)


def _plan(executor: OperationExecutor, hot: HotOperation) -> PlannedOperation:
    """Plan and compile an operation.

    Raises:
        RequestError: It cannot be answered.
    """
    preparer = executor.preparer
    prepared = preparer.prepare(hot.document.text, hot.document.name)
    preparer.estimate(prepared, hot.conditions)
    # Rules that do not exist in the other version do not affect its plans.
    unmet = NOTHING if prepared.access is None else hot.unmet & prepared.access.rules
    planned = preparer.planned_for(prepared, hot.conditions, hot.labels, unmet)
    if planned.executable is None:
        executor.make_executable(planned)
    preparer.measure(prepared)
    return planned
