"""Offer our server three times its peak rate: how much of the peak it keeps, and at what latency."""

import os
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.betslip import start_ours
from bench.fixtures.club import open_club
from bench.harness import report
from bench.harness.cores import Cores, raise_priority
from bench.harness.options import Options, read_options
from bench.harness.runner import run_benchmark
from bench.harness.servers import running_servers
from bench.load.open_loop import Record, offer
from bench.load.target import Target, WrongAnswerError
from bench.load.wrk import CONNECTIONS, LoadTool

TIMES = 3
LEAD_IN_SECONDS = 1.0
"""Not counted: the server adapts its admission limit during this time."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest rate of clients that wait for each answer before they send the next request.

    Attributes:
        p99: Latency in milliseconds.
    """

    rate: float
    p99: float
    connections: int


@dataclass(frozen=True, slots=True)
class Overload:
    """One run beyond the server's capacity, in requests per second and milliseconds.

    Attributes:
        refused: Requests refused with 429 or 503.
        failed: Requests neither answered nor refused: wrong, cut off or too late.
        p99: Latency of right answers, counted from the time the request was due.
    """

    offered: float
    answered: float
    refused: float
    failed: float
    p99: float

    @classmethod
    def of(cls, record: Record, rate: float) -> "Overload":
        """Return the figures of a run that offered requests at a rate."""
        failed = sum(record.outcomes[outcome] for outcome in ("wrong", "cut", "late"))
        return cls(
            offered=rate,
            answered=record.in_time / record.seconds,
            refused=record.outcomes["refused"] / record.seconds,
            failed=failed / record.seconds,
            p99=record.p99(),
        )


def find_peak(tool: LoadTool, target: Target, seconds: float) -> Peak:
    """Return the best result over several numbers of busy connections."""
    peaks = []
    for connections in CONNECTIONS:
        run = replace(tool, connections=connections).run("ours", target, seconds)
        peaks.append(Peak(run.rate, run.p99, connections))
        print(f"{connections:5} connections {run.rate:10.0f}/s   p99 {run.p99:8.1f} ms", flush=True)
    return max(peaks, key=lambda peak: peak.rate)


def measure(options: Options, tool: LoadTool, target: Target) -> tuple[list[Peak], list[Overload]]:
    """Measure the peak and the overload in interleaved rounds.

    Raises:
        WrongAnswerError: An answer was wrong; a refused or unanswered request is not an error.
    """
    seconds = options.measurement.seconds
    tool.run("ours", target, options.measurement.warm_up)
    best = find_peak(tool, target, seconds)
    at_peak, rate = replace(tool, connections=best.connections), TIMES * best.rate
    peaks, overloads = [], []
    for number in range(1, options.measurement.rounds + 1):
        run = at_peak.run("ours", target, seconds)
        peaks.append(Peak(run.rate, run.p99, best.connections))
        record = offer(target, tool.tokens, rate, seconds, LEAD_IN_SECONDS)
        if record.outcomes["wrong"]:
            raise WrongAnswerError(f"under overload: {record.first_wrong}")
        overloads.append(Overload.of(record, rate))
        print(f"round {number}  peak {run.rate:8.0f}/s  then {_summary_line(overloads[-1])}", flush=True)
    return peaks, overloads


def summary(peaks: list[Peak], overloads: list[Overload]) -> tuple[dict[str, float], dict[str, float]]:
    """Return figures and ratios: medians of the rounds."""
    peak, peak_p99 = statistics.median(p.rate for p in peaks), statistics.median(p.p99 for p in peaks)
    middle = {
        name: statistics.median(getattr(overload, name) for overload in overloads)
        for name in Overload.__slots__
    }
    figures = {
        "peak_per_second": peak,
        "peak_p99_ms": peak_p99,
        **{f"{name}_per_second": middle[name] for name in ("offered", "answered", "refused", "failed")},
        "answered_p99_ms": middle["p99"],
    }
    ratios = {
        "kept_of_peak": middle["answered"] / peak,
        "offered_of_peak": middle["offered"] / peak,
        "p99_of_peak_p99": middle["p99"] / peak_p99,
    }
    return _rounded(figures, 1), _rounded(ratios, 3)


def run(options: Options, folder: Path) -> None:
    """Fill a database, start our server, measure, and report."""
    cores = Cores.choose()
    cores.use_rest()
    with ExitStack() as stack:
        club = stack.enter_context(open_club(folder, options.customers))
        servers = stack.enter_context(running_servers(folder))
        ours = start_ours(servers, club, cores)
        tool = LoadTool(folder, club.tokens(options.active))
        raise_priority(os.getpid())  # the load is generated in this process
        stack.callback(raise_priority, os.getpid(), 0)
        peaks, overloads = measure(options, tool, ours.target)
    figures, ratios = summary(peaks, overloads)
    print()
    for name, value in (figures | ratios).items():
        print(f"{name:24}{value:12.2f}")
    report.write("overload", figures, ratios)


def _summary_line(run: Overload) -> str:
    return (
        f"offered {run.offered:.0f}, answered {run.answered:.0f}, refused {run.refused:.0f}, "
        f"failed {run.failed:.0f}/s, p99 {run.p99:.0f} ms"
    )


def _rounded(values: Mapping[str, float], digits: int) -> dict[str, float]:
    return {name: round(value, digits) for name, value in values.items()}


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options(__doc__ or ""))


if __name__ == "__main__":
    main()
