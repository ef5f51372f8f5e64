"""A bounded cache keeps the newest entries, as many as it may."""

from hypothesis import given
from hypothesis import strategies as st

from foundation.storage.bounded_cache import BoundedCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers())), st.integers(1, 5))
def test_the_oldest_entries_are_evicted(added: list[tuple[int, int]], size: int) -> None:
    """A value that is replaced stays as old as it was; every other value is the last one of its key."""
    cache: BoundedCache[int, int] = BoundedCache(size)
    kept: list[tuple[int, int]] = []
    for key, value in added:
        assert cache.add(key, value) == value
        if any(known == key for known, _ in kept):
            kept = [(known, value if known == key else old) for known, old in kept]
        else:
            kept = [*kept, (key, value)][-size:]
        assert list(cache.items()) == kept
