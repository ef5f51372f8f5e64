"""What the gateway remembers has bounds: in number and, for what clients send, in bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.lru_cache import LruBytesCache


def test_what_was_not_used_for_longest_is_forgotten() -> None:
    """Looking something up counts as using it."""
    bounded: LruBytesCache[int] = LruBytesCache(size=2, total=1_000)
    bounded.put(b"a", 1)
    bounded.put(b"b", 2)
    assert bounded.get(b"a") == 1
    bounded.put(b"c", 3)
    assert [bounded.get(key) for key in (b"a", b"b", b"c")] == [1, None, 3]


def test_keys_have_so_many_bytes_in_all() -> None:
    """As many go as it takes to make room."""
    bounded: LruBytesCache[int] = LruBytesCache(size=100, total=80)
    for number in range(10):
        bounded.put(b"%010d" % number, number)
    assert len(bounded) == 8
    assert bounded.get(b"%010d" % 1) is None
    assert bounded.get(b"%010d" % 2) == 2


def test_one_long_key_does_not_push_out_all_others() -> None:
    """It is not remembered at all."""
    bounded: LruBytesCache[int] = LruBytesCache(size=100, total=80)
    bounded.put(b"a", 1)
    bounded.put(b"x" * 11, 2)
    assert (bounded.get(b"a"), bounded.get(b"x" * 11)) == (1, None)


@given(st.lists(st.tuples(st.binary(max_size=6), st.integers())))
def test_the_bounds_hold_whatever_comes(puts: list[tuple[bytes, int]]) -> None:
    """And what is remembered is what was put last."""
    bounded: LruBytesCache[int] = LruBytesCache(size=4, total=40)
    for key, value in puts:
        bounded.put(key, value)
        held = [each for each in {key for key, _ in puts} if bounded.get(each) is not None]
        assert len(held) == len(bounded) <= 4
        assert sum(map(len, held)) <= 40
    latest = dict(puts)
    assert all(bounded.get(key) in (None, value) for key, value in latest.items() if len(key) <= 5)
