"""Attack: guess ids of documents, register false ones, and fill the store of automatic ones."""

from __future__ import annotations

import gc
import tracemalloc
from hashlib import sha256

import orjson

from tests.attacks.attacked import CLUB, Attacked, attacked


def persisted(digest: str, query: str | None = None) -> bytes:
    """The body of a request with a digest."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    return orjson.dumps({"extensions": extensions} | ({} if query is None else {"query": query}))


def digest(query: str) -> str:
    """The digest of a document."""
    return sha256(query.encode()).hexdigest()


async def test_guessed_and_false_ids_find_and_leave_nothing() -> None:
    """An unknown digest is not found; a digest of another document is refused, and registers nothing."""
    store = attacked(CLUB, apq=True)
    guessed = digest("{ __typename }")
    assert (await store.body(persisted(guessed))).code == "PERSISTED_QUERY_NOT_FOUND"
    false = await store.body(persisted(guessed, '{ club(brand: "b") { id } }'))
    assert false.code == "PERSISTED_QUERY_HASH_MISMATCH"
    outcome = await store.body(persisted(guessed))
    assert outcome.code == "PERSISTED_QUERY_NOT_FOUND"
    assert outcome.calls < await store.unit() / 20
    assert outcome.healths


async def test_the_store_is_bounded_whatever_is_registered() -> None:
    """Further documents replace others; one that is not valid is not kept at all."""
    store = attacked(CLUB, apq=True, apq_bytes=16_384, plan_cache_bytes=131_072, body_cache_bytes=32_768)

    async def kept_after(start: int) -> int:
        for number in range(start, start + 4):
            await _register(store, f'{{ x{number}: club(brand: "b") {{ id }} }} # {"-" * 1_500}')
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    await kept_after(0)
    tracemalloc.start()
    try:
        first, *others = [await kept_after(4 * each) for each in (1, 2)]
    finally:
        tracemalloc.stop()
    assert max(others) - first < 131_072
    invalid = "{ nothing }"
    assert (await store.body(persisted(digest(invalid), invalid))).code == "GRAPHQL_VALIDATION_FAILED"
    assert (await store.body(persisted(digest(invalid)))).code == "PERSISTED_QUERY_NOT_FOUND"


async def _register(store: Attacked, query: str) -> None:
    assert (await store.body(persisted(digest(query), query))).code is None
    assert (await store.body(persisted(digest(query)))).code is None
