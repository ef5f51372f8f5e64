"""Command line options: `make bench BENCH=live ARGS=--quick`."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """The options of the benchmark.

    Attributes:
        subscribers: The number of open trackers.
        rates: The numbers of bet messages per second, measured one after the other.
        seconds: The duration of the measured load.
        warm_up: The duration of the load before the measurement, in seconds.
        idle_seconds: The idle time before memory is measured.
        peers: Whether to compare with other gateways.
        peer_seconds: The duration of each gateway's measurement.
    """

    subscribers: int
    rates: tuple[float, ...]
    seconds: float
    warm_up: float
    idle_seconds: float
    peers: bool
    peer_seconds: float


def read_options(description: str) -> LiveOptions:
    """Return the options given on the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--quick", action="store_true", help="use fewer subscribers, lower rates and shorter times"
    )
    parser.add_argument("--subscribers", type=int, help="number of open trackers (20,000; quick: 2,000)")
    parser.add_argument(
        "--bets",
        type=float,
        nargs="+",
        help="bet messages per second (2,500; quick: 250); several are measured one after the other",
    )
    parser.add_argument("--seconds", type=float, help="duration of the load (60; quick: 15)")
    parser.add_argument("--no-peers", action="store_true", help="do not compare with other gateways")
    given = parser.parse_args()
    quick = given.quick
    return LiveOptions(
        subscribers=given.subscribers or (2_000 if quick else 20_000),
        rates=tuple(given.bets or [250 if quick else 2_500]),
        seconds=given.seconds or (15 if quick else 60),
        warm_up=3 if quick else 10,
        idle_seconds=2 if quick else 10,
        peers=not given.no_peers,
        peer_seconds=6 if quick else 30,
    )
