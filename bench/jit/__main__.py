"""Measure compiled execution and graphql-core's in one run: `make bench BENCH=jit`."""

import asyncio
import gc
import statistics
from dataclasses import replace
from pathlib import Path

import graphql

import jit
from bench.harness import report
from bench.harness.options import Form, new_parser
from bench.harness.runner import run_benchmark
from bench.harness.standstill import wait_for
from bench.jit.case import Case
from bench.jit.cases import cases

Figures = dict[str, dict[str, float]]


async def measure(all_cases: list[Case], rounds: int) -> Figures:
    """Return microseconds per execution: medians of interleaved rounds."""
    figures = {}
    gc.collect()
    gc.freeze()  # as servers do: collecting imported modules repeatedly is the work of neither
    for each in all_cases:
        wait_for(f"the executions of {each.name}")
        expected, found = await each.answer(graphql.execute), await each.answer(jit.execute)
        if expected != found:
            raise AssertionError(f"{each.name}: the answers differ")
        taken: dict[str, list[float]] = {"graphql_core": [], "ours": []}
        for _ in range(rounds):
            gc.collect()
            taken["graphql_core"].append(await each.seconds(graphql.execute))
            gc.collect()
            taken["ours"].append(await each.seconds(jit.execute))
        medians = {name: statistics.median(times) * 1e6 for name, times in taken.items()}
        figures[each.name] = medians | {"ratio": medians["graphql_core"] / medians["ours"]}
    return figures


def ratios(figures: Figures, betslip: list[Case], lists: list[Case]) -> dict[str, float]:
    """Return the bet-slip's ratio (sum of its three operations), and that of the lists (geometric mean)."""
    total = {name: sum(figures[each.name][name] for each in betslip) for name in ("graphql_core", "ours")}
    return {
        "ours_vs_graphql_core_betslip": total["graphql_core"] / total["ours"],
        "ours_vs_graphql_core_lists": statistics.geometric_mean(
            figures[each.name]["ratio"] for each in lists
        ),
    }


def run(form: Form, _folder: Path) -> None:
    """Measure, print the table, and write the results."""
    betslip, lists = cases()
    all_cases = [replace(each, times=form.of(each.times, each.times, 1)) for each in (*betslip, *lists)]
    figures = asyncio.run(measure(all_cases, form.of(11, 11, 1)))
    print(f"{'µs an execution':32}{'graphql-core':>14}{'compiled':>12}{'ratio':>8}")
    for name, row in figures.items():
        print(f"{name:32}{row['graphql_core']:14.1f}{row['ours']:12.1f}{row['ratio']:8.1f}")
    found = ratios(figures, betslip, lists)
    for name, ratio in found.items():
        print(f"{name:58}{ratio:8.1f}")
    report.write(form.results, "jit", figures, found)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    form = Form.read(new_parser(__doc__ or "").parse_args())
    run_benchmark(run, form, form)


if __name__ == "__main__":
    main()
