"""Measure what a request and a bet cost here, check the model, and simulate big days by the chart's rules."""

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.harness import report
from bench.harness.runner import run_benchmark
from bench.scaling.costs import RECORDED, Costs, load_costs
from bench.scaling.curves import WORKLOADS, Workload
from bench.scaling.real_run import (
    PROCESSES,
    Measured,
    bet_run,
    generator,
    idle_ms,
    open_machine,
    predictions,
    read_run,
)
from bench.scaling.rules import CHART, read_rules
from bench.scaling.simulation import Sizing, simulate


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line.

    Attributes:
        measure: Whether to measure first, or to use the recorded costs.
        record: Whether to record what was measured.
        scale: How many times the published workloads.
    """

    measure: bool
    record: bool
    customers: int
    seconds: float
    messages: int
    values: Path
    scale: float


def read_options() -> Options:
    """Return the options of this command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short real runs")
    parser.add_argument("--simulate", action="store_true", help="no real runs: use the recorded costs")
    parser.add_argument("--record", action="store_true", help=f"record the costs in {RECORDED.name}")
    parser.add_argument("--values", type=Path, default=CHART, help="the chart's values to simulate")
    parser.add_argument("--scale", type=float, default=1.0, help="how many times the published workloads")
    given = parser.parse_args()
    quick = given.quick
    return Options(
        measure=not given.simulate,
        record=given.record,
        customers=2_000 if quick else 20_000,
        seconds=4 if quick else 15,
        messages=15_000 if quick else 60_000,
        values=given.values,
        scale=given.scale,
    )


def measure(options: Options, folder: Path) -> tuple[Costs, dict[str, Any]]:
    """Measure, print what the model would have said, and return costs and figures."""
    with open_machine(folder, options.customers) as machine:
        reads = {number: read_run(machine, number, options.seconds) for number in PROCESSES}
        bets = generator(machine)
        applied = {number: bet_run(machine, number, options.messages, bets) for number in PROCESSES}
        costs = Costs(reads[1].cost, applied[1].cost, idle_ms(machine), reads[1].start_seconds)
    print(f"{'':8}{'processes':>10}{'measured':>10}{'model':>8}{'model/measured':>16}{'free cores':>12}")
    figures: dict[str, Any] = {}
    for name, runs in (("reads", reads), ("bets", applied)):
        expected = predictions(runs)
        for number, run in runs.items():
            ratio = expected[number] / run.rate
            print(
                f"{name:8}{number:10}{run.rate:10.0f}{expected[number]:8.0f}{ratio:16.2f}{run.free_cores:12.2f}"
                f"   {describe(run)}"
            )
        figures[name] = {number: asdict(run) | {"model": expected[number]} for number, run in runs.items()}
    return costs, figures


def describe(run: Measured) -> str:
    """Return the costs of a run in words."""
    cost = run.cost
    half = f", p99 {run.half_p99_ms} ms at half of it" if run.half_p99_ms else ""
    return f"µs: ours {cost.ours}, MariaDB and Kafka {cost.servers}, load {cost.load}{half}"


def scaled(workload: Workload, scale: float) -> Workload:
    """Return a workload of several times the size."""
    events = tuple(
        replace(event, before=event.before * scale, during=event.during * scale) for event in workload.events
    )
    return replace(workload, daily=workload.daily * scale, events=events)


def run(options: Options, folder: Path) -> None:
    """Measure, simulate, and report."""
    figures: dict[str, Any] = {}
    if options.measure:
        costs, figures = measure(options, folder)
        if options.record:
            costs.save()
    else:
        costs = load_costs()
    rules, ratios = read_rules(options.values), {}
    print(
        f"\n{'':12}{'sizing':10}{'core hours':>11}{'pods':>6}{'consumers':>11}{'p99 ms':>8}{'worst':>8}"
        f"{'refused':>9}{'most lag':>10}{'delay s':>9}"
    )
    for workload in WORKLOADS:
        found = {sizing: simulate(scaled(workload, options.scale), rules, costs, sizing) for sizing in Sizing}
        for sizing, one in found.items():
            print(
                f"{workload.name:12}{sizing:10}{one.core_hours:11.0f}{one.most_serve:6}{one.most_consumers:11}"
                f"{one.p99_of_seconds():8.1f}{one.worst_p99_ms:8.1f}{one.refused:9.0f}{one.most_lag:10.0f}"
                f"{one.longest_delay:9.1f}"
            )
            figures[f"{workload.name}_{sizing}"] = one.figures()
            if sizing is not Sizing.FIXED:
                saved = found[Sizing.FIXED].core_hours / one.core_hours
                ratios[f"{workload.name}_{sizing}_vs_fixed"] = round(saved, 2)
    report.write("scaling", figures, ratios)


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options())


if __name__ == "__main__":
    main()
