"""Plans the most used operations for a version before it is served; refuses a version that breaks them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from gateway.errors import RequestError, SupergraphError
from gateway.http.graph_versions import GraphVersion
from gateway.pipeline.access.requirements import NOTHING, Requirement
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.plan_cache import Conditions, PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedDocument
from gateway.pipeline.preparation.preparer import Preparer

MIN_REQUESTS: Final = 100
"""With fewer requests than this, such as a developer's experiments, no version is refused because of them."""

HALF_LIFE_SECONDS: Final = 3600.0
"""The time after which a use of an operation counts half."""

NAMED: Final = 3
"""How many broken operations a refusal or the log names at most."""


async def warm_and_check(current: GraphVersion, version: GraphVersion) -> None:
    """Plan the most used operations.

    Args:
        current: The current version.
        version: The version that is to replace it.

    Raises:
        SupergraphError: The new supergraph cannot answer too large a share of recent requests.
    """
    settings, former = version.settings, current.executor.preparer
    operations = sorted(all_operations(former), key=lambda operation: operation.uses, reverse=True)
    result = await version.planning.in_background(
        partial(
            warm_up,
            version.executor,
            operations[: settings.reload.plans],
            dict(former.aliases.items()),
            seconds=settings.reload.plan_seconds,
            fading=0.5 ** ((version.begun - current.begun) / HALF_LIFE_SECONDS),
        )
    )
    log = structlog.get_logger("gateway")
    log.info("reload_warmed", plans=result.plans, left=result.left)
    if not result.broken:
        return
    total = sum(operation.uses for operation in operations)
    share = result.broken_uses / total if total else 0.0
    # New settings alone are the operator's decision, such as a lower limit during an attack.
    is_refused = total >= MIN_REQUESTS and share > settings.reload.broken_share
    if is_refused and version.sdl != current.sdl:
        raise SupergraphError(_reason(result, share))
    log.warning(
        "reload_breaks_operations", operations=dict(result.broken[:NAMED]), of=len(result.broken), share=share
    )


def _reason(result: WarmUp, share: float) -> str:
    named = "; ".join(f"{name}: {reason}" for name, reason in result.broken[:NAMED])
    return f"It cannot answer {share:.1%} of recent requests, more than RELOAD_BROKEN_SHARE allows. {named}"


UNNAMED: Final = "an operation without a name"


class HotOperation(Struct, frozen=True):
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


class WarmUp(Struct, frozen=True):
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
    for operation in operations:
        if clock() >= until:
            left += 1
            continue
        try:
            _plan(executor, operation).uses = round(operation.uses * fading)
        except RequestError as error:
            broken_uses += operation.uses
            broken[operation.document.name or UNNAMED] = error.message
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
