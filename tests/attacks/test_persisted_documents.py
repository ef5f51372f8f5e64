"""Attack: guess ids of documents, register false ones, and fill the store of automatic ones."""

from __future__ import annotations

import gc
import tracemalloc
from hashlib import sha256
from itertools import pairwise

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
    store = attacked(CLUB, documents={"apq": True})
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
    store = attacked(
        CLUB, documents={"apq": True, "apq_bytes": 16_384}, plan_cache_bytes=131_072, body_cache_bytes=32_768
    )

    async def kept_after(start: int) -> int:
        for number in range(start, start + 4):
            await _register(store, _document(number))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        kept = [await kept_after(4 * rounds) for rounds in range(5)]
    finally:
        tracemalloc.stop()
    # Without a bound, each round keeps some 120 kB more; the rest of this process may add to one of them.
    assert min(after - before for before, after in pairwise(kept[1:])) < 60_000
    assert (await store.body(persisted(digest(_document(0))))).code == "PERSISTED_QUERY_NOT_FOUND"
    invalid = "{ nothing }"
    assert (await store.body(persisted(digest(invalid), invalid))).code == "GRAPHQL_VALIDATION_FAILED"
    assert (await store.body(persisted(digest(invalid)))).code == "PERSISTED_QUERY_NOT_FOUND"


def _document(number: int) -> str:
    return f'{{ x{number}: club(brand: "b") {{ id }} }} # {"-" * 1_500}'


async def _register(store: Attacked, query: str) -> None:
    assert (await store.body(persisted(digest(query), query))).code is None
    assert (await store.body(persisted(digest(query)))).code is None
