"""Command line options: `make bench BENCH=NAME ARGS="--quick"`."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from bench.harness.measurement import Measurement
from bench.harness.report import RESULTS
from bench.harness.standstill import PATIENCE_SECONDS

AGAIN = 0.6
"""By docs/capacity.md, 5.3 bet-slips are read for each bet, which changes them twice."""

NOT_INSTALLED: Final = "the smallest form installs and builds nothing"
FULL, QUICK, SMALLEST = range(3)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Form:
    """How large a run is: in full, quick, or the smallest, which only shows that the benchmark works.

    Attributes:
        size: `FULL`, `QUICK` or `SMALLEST`.
        results: The folder of its results.
        patience: After how many seconds without progress it ends.
    """

    size: int
    results: Path
    patience: float

    @classmethod
    def read(cls, given: argparse.Namespace) -> "Form":
        """Return the form that the command line names."""
        size = SMALLEST if given.smallest else QUICK if given.quick else FULL
        return cls(size, given.results, given.patience)

    def of(self, full: T, quick: T, smallest: T) -> T:
        """Return the number of this form."""
        return (full, quick, smallest)[self.size]

    def left_out(self, peers: Iterable[str]) -> dict[str, str]:
        """Return which of the peers that have to be installed are left out, and why; it is printed."""
        reasons = dict.fromkeys(peers, NOT_INSTALLED) if self.size == SMALLEST else {}
        for name, reason in reasons.items():
            print(f"left out: {name}: {reason}", flush=True)
        return reasons


def new_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of the options that all benchmarks have, which `Form.read` reads."""
    parser = argparse.ArgumentParser(description=description)
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--quick", action="store_true", help="a short run: fewer customers, rounds, seconds")
    forms.add_argument(
        "--smallest", action="store_true", help="see only that it works, without peers that must be installed"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results (bench/results)")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        help=f"seconds without progress after which it ends ({PATIENCE_SECONDS:g})",
    )
    return parser


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

    form: Form
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
    parser = new_parser(description)
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
    form = Form.read(given)
    customers = given.customers or form.of(100_000, 10_000, 100)
    return Options(
        form=form,
        measurement=Measurement(
            rounds=given.rounds or form.of(7, 3, 1),
            seconds=given.seconds or form.of(6, 3, 1),
            warm_up=form.of(6, 2, 0),
            connections=given.connections or form.of(None, None, 4),
        ),
        customers=customers,
        active=min(customers, given.active or form.of(10_000, 2_000, 50)),
        again=given.again,
        only=None if given.peers is None else frozenset(given.peers),
        profile=given.profile,
    )
