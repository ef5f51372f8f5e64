"""Attack: send ever other documents and bodies, so that memory fills and what others use is forgotten."""

import gc
import tracemalloc

import httpx
import pytest

from tests.attacks.attacked import BETSLIP, CLUB, attacked

DISTINCT = 12


@pytest.mark.parametrize("valid", [True, False], ids=["valid", "refused"])
async def test_memory_is_bounded_by_the_caches_sizes(*, valid: bool) -> None:
    """Once the caches are full, further documents replace others."""
    app = attacked(CLUB, plan_cache_bytes=262_144, body_cache_bytes=65_536, refusal_cache_bytes=65_536).app
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:

        async def kept_after(start: int) -> int:
            for number in range(start, start + DISTINCT):
                field = "id" if valid else f"x{number}"
                query = f'query Q{number} {{ club(brand: "{number}") {{ a: {field} b: {field} }} }}'
                response = await client.post("/graphql", json={"query": query})
                assert ("errors" not in response.json()) == valid
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        await kept_after(0)
        tracemalloc.start()
        try:
            first, *others = [await kept_after(DISTINCT * each) for each in (1, 2, 3)]
        finally:
            tracemalloc.stop()
    # What is kept of one document is some 50 kB; what is not attributed to one, such as metrics, is small.
    assert max(others) - first < 262_144


async def test_white_space_and_comments_do_not_make_documents_distinct() -> None:
    """They cost as much as reading them, and leave the plan in place."""
    fresh = attacked(CLUB)
    whole = await fresh.query(BETSLIP, {"brand": "b"})
    for number in range(3):
        again = await fresh.query(f"# {number}\n{BETSLIP}", {"brand": "b"})
        assert again.code is None
        assert again.calls < whole.calls / 2
    known = await fresh.query(BETSLIP, {"brand": "b"})
    assert known.calls < whole.calls / 5
