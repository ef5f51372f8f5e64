"""Command line options: `make bench BENCH=NAME ARGS="--quick"`."""

import argparse
from dataclasses import dataclass

from bench.harness.measurement import Measurement

AGAIN = 0.6
"""By docs/capacity.md, 5.3 bet-slips are read for each bet, which changes them twice."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a benchmark is run.

    Attributes:
        customers: Number of customers in the database.
        active: Number of customers who send requests; each has a token of their own.
        again: The share of requests that customers have sent before; see docs/capacity.md.
        only: The peers to measure beside ours; None for all.
        profile: Whether to profile our server instead of measuring.
    """

    measurement: Measurement
    customers: int
    active: int
    again: float
    only: frozenset[str] | None
    profile: bool

    def wants(self, name: str) -> bool:
        """Return whether a peer takes part."""
        return self.only is None or name in self.only


def read_options(description: str, peers: tuple[str, ...] = ()) -> Options:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a short run: fewer customers, rounds, seconds")
    parser.add_argument("--rounds", type=int, help="number of rounds (7; quick: 3)")
    parser.add_argument("--seconds", type=float, help="seconds per round (6; quick: 3)")
    parser.add_argument("--connections", type=int, help="busy connections of wrk (the best of 16, 32 and 64)")
    parser.add_argument("--customers", type=int, help="customers in the database (100,000; quick: 10,000)")
    parser.add_argument("--active", type=int, help="customers who send requests (10,000; quick: 2,000)")
    parser.add_argument(
        "--again", type=float, default=AGAIN, help=f"share of requests that were sent before ({AGAIN})"
    )
    parser.add_argument(
        "--peers", nargs="*", choices=peers, help="measure only these beside ours; without names, ours alone"
    )
    parser.add_argument("--profile", action="store_true", help="profile our server instead of measuring")
    given = parser.parse_args()
    quick = given.quick
    customers = given.customers or (10_000 if quick else 100_000)
    return Options(
        measurement=Measurement(
            rounds=given.rounds or (3 if quick else 7),
            seconds=given.seconds or (3 if quick else 6),
            warm_up=2 if quick else 6,
            connections=given.connections,
        ),
        customers=customers,
        active=min(customers, given.active or (2_000 if quick else 10_000)),
        again=given.again,
        only=None if given.peers is None else frozenset(given.peers),
        profile=given.profile,
    )
