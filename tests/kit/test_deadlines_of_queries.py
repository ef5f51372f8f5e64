"""A subgraph works on a query no longer than its caller waits, and never interrupts a mutation."""

from __future__ import annotations

import asyncio

import pytest

from subgraphs.kit.graphql.http import HEADER, DeadlineExceeded, until_deadline


async def test_a_query_is_cancelled_at_its_deadline() -> None:
    """The refusal says why, by a code and by 504."""
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(DeadlineExceeded) as refused:
        await until_deadline(work(), {HEADER: "20"})
    assert (refused.value.code, refused.value.status) == ("DEADLINE_EXCEEDED", 504)
    assert cancelled.is_set()


@pytest.mark.parametrize("given", ["", "soon", "-5", "1.5", "99999999", "\u0665", "5, 5", " 5"])
async def test_what_is_no_number_sets_no_deadline(given: str) -> None:
    """Nor does a missing header."""

    async def work() -> int:
        await asyncio.sleep(0.01)
        return 7

    assert await until_deadline(work(), {HEADER: given}) == 7
    assert await until_deadline(work(), {}) == 7
