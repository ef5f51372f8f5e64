"""Buckets admit what a bucket of points would, within bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gateway.features.rate_limits.buckets import Buckets, MemoryStore, Shortage
from gateway.features.rate_limits.settings import NANOSECONDS, RateLimitRule

RULES = st.builds(
    RateLimitRule,
    by=st.just("customer"),
    points=st.integers(1, 1_000),
    seconds=st.integers(1, 100),
    burst=st.none() | st.integers(1, 300),
)
REQUESTS = st.lists(st.tuples(st.integers(0, 3 * NANOSECONDS), st.integers(1, 40)), min_size=1, max_size=60)
"""Requests: nanoseconds since the one before, and the cost."""


class Clock:
    """A clock that tests step."""

    def __init__(self) -> None:
        self.now = 10**15

    def __call__(self) -> int:
        """The time in nanoseconds."""
        return self.now


@dataclass
class ReferenceBucket:
    """A bucket as one would draw it: it holds points, which flow in at a steady rate."""

    size: int
    interval: int
    now: int
    points: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        self.points = Fraction(self.size)

    def take(self, cost: int, now: int) -> bool:
        """Take points if there are enough."""
        self.points = min(Fraction(self.size), self.points + Fraction(now - self.now, self.interval))
        self.now = now
        if cost > self.points:
            return False
        self.points -= cost
        return True


@given(RULES, REQUESTS)
def test_a_bucket_admits_exactly_what_a_bucket_of_points_does(
    rule: RateLimitRule, requests: list[tuple[int, int]]
) -> None:
    """For any costs at any times; a refused request takes nothing, and learns what is left."""
    clock, buckets = Clock(), Buckets(rule, 100)
    store = MemoryStore(clock)
    reference = ReferenceBucket(rule.size, rule.interval, clock.now)
    for passed, cost in requests:
        clock.now += passed
        shortage = store.take([(buckets, "a")], cost)
        assert (shortage is None) == reference.take(cost, clock.now)
        if shortage is not None:
            assert shortage.available == int(reference.points)


@given(RULES, REQUESTS)
def test_no_interval_has_more_than_the_burst_and_what_flows_in(
    rule: RateLimitRule, requests: list[tuple[int, int]]
) -> None:
    """For each interval between two requests."""
    clock, buckets = Clock(), Buckets(rule, 100)
    store = MemoryStore(clock)
    admitted: list[tuple[int, int]] = []
    for passed, cost in requests:
        clock.now += passed
        if store.take([(buckets, "a")], cost) is None:
            admitted.append((clock.now, cost))
    for begin, (since, _) in enumerate(admitted):
        spent = 0
        for until, cost in admitted[begin:]:
            spent += cost
            assert spent <= rule.size + Fraction((until - since) * rule.points, rule.seconds * NANOSECONDS)


@given(RULES, REQUESTS)
def test_whoever_waits_as_long_as_told_is_admitted(
    rule: RateLimitRule, requests: list[tuple[int, int]]
) -> None:
    """And the wait is not a nanosecond longer than needed."""
    clock, buckets = Clock(), Buckets(rule, 100)
    store = MemoryStore(clock)
    for passed, cost in requests:
        clock.now += passed
        shortage = store.take([(buckets, "a")], cost)
        if shortage is not None and cost <= rule.size:
            clock.now += shortage.wait - 1
            assert store.take([(buckets, "a")], cost) is not None
            clock.now += 1
            assert store.take([(buckets, "a")], cost) is None


def test_a_request_takes_from_all_its_buckets_or_from_none() -> None:
    """A bucket that has enough loses nothing to one that has not."""
    clock = Clock()
    large = Buckets(RateLimitRule(by="customer", points=100, seconds=1), 10)
    small = Buckets(RateLimitRule(by="class", points=10, seconds=1), 10)
    store = MemoryStore(clock)
    charges = [(large, "a"), (small, "b")]
    assert store.take(charges, 10) is None
    for _ in range(100):
        assert isinstance(store.take(charges, 10), Shortage)
    assert store.take([(large, "a")], 90) is None
    assert store.take([(large, "a")], 1) is not None


def test_to_look_takes_nothing() -> None:
    """However often one looks."""
    buckets = Buckets(RateLimitRule(by="customer", points=10, seconds=1), 10)
    store = MemoryStore(Clock())
    for _ in range(100):
        assert store.take([(buckets, "a")], 10, keep=True) is None
    assert store.take([(buckets, "a")], 11, keep=True) is not None
    assert store.take([(buckets, "a")], 10) is None


def test_a_flood_of_keys_is_forgotten_and_who_insists_is_not() -> None:
    """Memory is bounded; a client that comes back all the time stays refused while others flood."""
    clock, buckets = Clock(), Buckets(RateLimitRule(by="address", points=10, seconds=60), 100)
    store = MemoryStore(clock)
    assert store.take([(buckets, "blocked")], 10) is None
    for number in range(10_000):
        assert store.take([(buckets, f"key {number}")], 1) is None
        assert len(buckets) <= 100
        if number % 20 == 0:
            assert store.take([(buckets, "blocked")], 1) is not None


def test_a_client_that_pauses_is_forgotten_only_after_a_generation_of_others() -> None:
    """Half of the most keys must have been used since: to get a fresh bucket, one must have that many."""
    clock, buckets = Clock(), Buckets(RateLimitRule(by="address", points=10, seconds=60), 100)
    store = MemoryStore(clock)
    assert store.take([(buckets, "blocked")], 10) is None
    for number in range(49):
        store.take([(buckets, f"key {number}")], 1)
    assert store.take([(buckets, "blocked")], 1) is not None
