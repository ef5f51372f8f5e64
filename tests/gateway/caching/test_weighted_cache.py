"""Caches are bounded by bytes, and a flood of keys that come once leaves what is used often in place."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.caching import WeightedCache
from gateway.caching.lru_cache import LruCache
from gateway.caching.weighted_cache import ENTRY_BYTES
from gateway.monitoring.caches import CacheMetrics

SIZE = 4_000
"""The bytes of each value in these tests, without what its entry takes."""

ROOM = 100 * (SIZE + ENTRY_BYTES)
"""Room for a hundred values."""


class Value:
    """A value that can be seen to be gone."""


def hot_hits(get: Callable[[object], Value | None], put: Callable[[object], None], floods: int) -> float:
    """The share of hits of twenty hot keys, each asked for once in a while of so many keys that come once."""
    hits = asked = number = 0
    for _ in range(3):
        for hot in range(20):
            if get(("hot", hot)) is None:
                put(("hot", hot))
    for _ in range(10):
        for hot in range(20):
            for _ in range(floods // 20):
                number += 1
                if get(("once", number)) is None:
                    put(("once", number))
            asked += 1
            if get(("hot", hot)) is not None:
                hits += 1
            else:
                put(("hot", hot))
    return hits / asked


def test_a_flood_of_keys_that_come_once_leaves_hot_ones_in_place() -> None:
    """Two hundred new keys pass between two uses of a hot one; a cache by last use loses most of them."""
    cache: WeightedCache[object, Value] = WeightedCache(ROOM)
    by_last_use: LruCache[object, Value] = LruCache(100)
    assert hot_hits(cache.get, lambda key: cache.put(key, Value(), SIZE), 200) > 0.7
    assert hot_hits(by_last_use.get, lambda key: by_last_use.put(key, Value()), 200) < 0.1


def test_one_hot_key_between_keys_that_come_once_is_kept() -> None:
    """Uses in a row count as one, and there is a new key between any two of these."""
    cache: WeightedCache[object, Value] = WeightedCache(ROOM)
    cache.put("hot", Value(), SIZE)
    for number in range(5_000):
        assert cache.get("hot") is not None, number
        if cache.get(number) is None:
            cache.put(number, Value(), SIZE)


def test_what_has_become_hot_replaces_what_no_longer_is() -> None:
    """After a release, the clients' new documents push out the old ones, however often those were used."""
    cache: WeightedCache[object, Value] = WeightedCache(ROOM)

    def use(generation: str) -> int:
        for number in range(90):
            if cache.get((generation, number)) is None:
                cache.put((generation, number), Value(), SIZE)
        return sum((generation, number) in cache for number in range(90))

    for _ in range(30):
        use("old")
    # How soon the policy forgets what was used before depends on hashes, which differ from run to run.
    assert any(use("new") > 80 for _ in range(2_000))


def test_a_value_larger_than_the_cache_is_not_kept() -> None:
    """And takes nothing else out."""
    cache: WeightedCache[str, Value] = WeightedCache(ROOM)
    for number in range(50):
        cache.put(f"small {number}", Value(), SIZE)
    cache.put("large", Value(), ROOM)
    assert "large" not in cache
    assert len(cache) == 50


def test_values_that_are_evicted_are_gone_at_once() -> None:
    """Nothing keeps them until the policy has time."""
    cache: WeightedCache[int, Value] = WeightedCache(ROOM)
    alive: weakref.WeakSet[Value] = weakref.WeakSet()
    for number in range(500):
        value = Value()
        alive.add(value)
        cache.put(number, value, SIZE)
        del value
        assert len(alive) == len(cache) <= 100
    assert cache.evictions == 500 - len(cache)


def test_a_cache_that_nobody_holds_is_gone() -> None:
    """The policy calls back, and holds only the values."""
    cache: WeightedCache[int, Value] = WeightedCache(ROOM)
    value = Value()
    seen = weakref.ref(value)
    cache.put(1, value, SIZE)
    del value, cache
    gc.collect()
    assert seen() is None


def test_a_pinned_value_is_never_evicted() -> None:
    """Neither by a flood nor by values that are used more often."""
    cache: WeightedCache[object, Value] = WeightedCache(ROOM, pinned_size=2 * (SIZE + ENTRY_BYTES))
    assert cache.pin("trusted", Value(), SIZE)
    for number in range(1_000):
        cache.put(number % 300, Value(), SIZE)
        cache.get(number % 300)
    assert cache.get("trusted") is not None


def test_pinned_values_are_bounded_too() -> None:
    """Beyond the bound they are cached as others are; so is one that grows beyond it."""
    cache: WeightedCache[object, Value] = WeightedCache(ROOM, pinned_size=2 * (SIZE + ENTRY_BYTES))
    assert [cache.pin(number, Value(), SIZE) for number in range(3)] == [True, True, False]
    assert cache.held == 3 * (SIZE + ENTRY_BYTES)
    cache.resize(0, 2 * SIZE)
    assert cache.held == 4 * SIZE + 3 * ENTRY_BYTES
    for number in range(3, 1_000):
        cache.put(number, Value(), SIZE)
        cache.get(number)
    assert 1 in cache
    assert 0 not in cache


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, ROOM), st.sampled_from(["put", "pin", "resize", "get"])),
        max_size=60,
    )
)
def test_the_bounds_hold_whatever_comes(steps: list[tuple[int, int, str]]) -> None:
    """And what is found is what was put last."""
    cache: WeightedCache[int, object] = WeightedCache(ROOM, pinned_size=ROOM // 2)
    latest: dict[int, object] = {}
    for key, size, step in steps:
        if step == "get":
            assert cache.get(key) in (None, latest.get(key))
        elif step == "resize":
            cache.resize(key, size)
        else:
            latest[key] = object()
            (cache.put if step == "put" else cache.pin)(key, latest[key], size)
        assert cache.held <= ROOM + ROOM // 2
        assert cache.held >= len(cache) * ENTRY_BYTES


def test_threads_may_share_a_cache() -> None:
    """What it holds and what it says that it holds agree afterwards."""
    cache: WeightedCache[int, Value] = WeightedCache(ROOM)

    def use(seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a test
        for _ in range(3_000):
            key = random.randrange(300)
            if cache.get(key) is None:
                cache.put(key, Value(), SIZE)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for each in threads:
        each.join()
    cache.put(0, Value(), SIZE)
    assert cache.held == len(cache) * (SIZE + ENTRY_BYTES) <= ROOM
    assert cache.hits + cache.misses == 4 * 3_000


def test_metrics_tell_what_each_cache_holds_and_is_good_for() -> None:
    """By the name of the cache."""
    cache: WeightedCache[int, Value] = WeightedCache(ROOM)
    cache.put(1, Value(), SIZE)
    cache.get(1)
    cache.get(2)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in CacheMetrics({"documents": cache}).collect()
        for sample in metric.samples
    }
    assert found == {
        ("furlong_gateway_cache_bytes", "documents"): SIZE + ENTRY_BYTES,
        ("furlong_gateway_cache_entries", "documents"): 1,
        ("furlong_gateway_cache_lookups_total", "documents", "hit"): 1,
        ("furlong_gateway_cache_lookups_total", "documents", "miss"): 1,
        ("furlong_gateway_cache_evictions_total", "documents"): 0,
    }
