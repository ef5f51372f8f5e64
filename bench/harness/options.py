"""What can be chosen on the command line: `make bench BENCH=NAME ARGS="--quick"`."""

import argparse
from dataclasses import dataclass

from bench.harness.measurement import Measurement


@dataclass(frozen=True, slots=True)
class Options:
    """How a benchmark is run.

    Attributes:
        customers: in the database.
        active: of those, how many ask; each has a token of their own.
        only: the contenders wanted beside ours; None for all.
        profile: whether to record where our server's processor time goes, instead of measuring.
    """

    measurement: Measurement
    customers: int
    active: int
    only: frozenset[str] | None
    profile: bool

    def wants(self, name: str) -> bool:
        """Whether a peer takes part."""
        return self.only is None or name in self.only


def read_options(description: str, peers: tuple[str, ...] = ()) -> Options:
    """The options of this command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a short run: fewer customers, rounds, seconds")
    parser.add_argument("--rounds", type=int, help="how often each is measured (7; quick: 3)")
    parser.add_argument("--seconds", type=float, help="how long each time (6; quick: 3)")
    parser.add_argument(
        "--connections", type=int, help="kept busy by wrk (for each the best of 16, 32 and 64)"
    )
    parser.add_argument("--customers", type=int, help="in the database (100,000; quick: 10,000)")
    parser.add_argument("--active", type=int, help="of them, how many ask (10,000; quick: 2,000)")
    parser.add_argument(
        "--peers", nargs="*", choices=peers, help="only these beside ours; none for ours alone"
    )
    parser.add_argument("--profile", action="store_true", help="record where our server's time goes")
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
        only=None if given.peers is None else frozenset(given.peers),
        profile=given.profile,
    )
