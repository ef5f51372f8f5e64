"""Estimates how much memory prepared documents and plans take; tests compare them with the allocator's count.

Visiting every object would take as long as planning. Sizes are linear in a few counts; the factors were
measured with CPython 3.11 on a 64-bit machine.
"""

from __future__ import annotations

from sys import getsizeof
from typing import Any, Final

from gateway.executor import Calls
from gateway.pipeline.preparation.costs import OperationCost
from gateway.plan import QueryPlan, Shape

COST_BYTES: Final = 1_500
"""A field that counts towards the cost of an operation."""

ALIAS_BYTES: Final = 100
"""A key of 32 bytes that stands for another one."""

DOCUMENT_BYTES: Final = 5_000
"""A document without its text, variables and plans."""

VARIABLE_BYTES: Final = 2_300
"""A variable, including its part of the coercion function."""

PLAN_BYTES: Final = 5_000
"""A plan without fetches and fields."""

FIELD_BYTES: Final = 400
"""A response field in a plan that is not compiled."""

CODE_BYTES: Final = 8
"""A character of generated code: its text, its lines for tracebacks, the functions, and the plan itself."""

OPERATION_BYTES: Final = 40_000
"""An operation of an in-process subgraph, which compiles it too, without its text."""

OPERATION_CODE_BYTES: Final = 150
"""A character of the text of such an operation."""


def document_bytes(text: str, variables: int) -> int:
    """Return the bytes of a prepared document without its plans."""
    return DOCUMENT_BYTES + getsizeof(text) + VARIABLE_BYTES * variables


def plan_bytes(plan: QueryPlan, code_chars: int = 0, calls: Calls | None = None) -> int:
    """Return the bytes of a plan.

    Args:
        plan: The plan.
        code_chars: The length of the code that was generated for it.
        calls: Its subgraphs' operations; those of trusted transports are compiled in this process.
    """
    size = PLAN_BYTES + (CODE_BYTES * code_chars or FIELD_BYTES * _fields(plan.shape, set()))
    for fetch in plan.fetches:
        size += 2 * len(fetch.document)
        if calls is not None and calls.is_trusted(fetch):
            size += OPERATION_BYTES + OPERATION_CODE_BYTES * len(fetch.document)
    return size


def cost_bytes(cost: OperationCost) -> int:
    """Return the bytes of an operation's cost function."""
    return COST_BYTES * (1 + cost.counted)


def json_bytes(value: Any) -> int:
    """Return the bytes of a JSON value."""
    size, values = 0, [value]
    while values:
        item = values.pop()
        size += getsizeof(item)
        if isinstance(item, dict):
            values += item.keys()
            values += item.values()
        elif isinstance(item, list):
            values += item
    return size


def _fields(shape: Shape, seen: set[int]) -> int:
    """Count the fields of a shape and of those below; a shape that several fields share counts once."""
    if id(shape) in seen:
        return 0
    seen.add(id(shape))
    later = (group.fields for groups in shape.deferred.values() for group in groups)
    return sum(
        1 + (0 if field.below is None else _fields(field.below, seen))
        for fields in (*shape.fields.values(), *later)
        for field in fields
    )
