"""Read bet-slips while bets arrive, on two cores; then raise both rates to the limit."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.betslip import graph_at
from bench.fixtures.customers import BRAND, customer_id
from bench.harness import report
from bench.harness.cores import raise_priority
from bench.harness.runner import run_benchmark
from bench.harness.servers import ServiceFailedError
from bench.load.target import Target
from bench.together.bets import BetGenerator, instant
from bench.together.probes import QUERY, Probes
from bench.together.producer import TOPIC, MessageProducer
from bench.together.recount import produced_messages, recount, stored_ledger
from bench.together.step import Load, Outcome, Rates
from bench.together.testbed import TestBed, open_testbed

PROBED: Final = 200
"""Enough that, at five probes per second, none is used again within a probe's time limit."""
ACTIVE: Final = 10_000
FACTOR: Final = 1.25
STEPS: Final = 12
GOAL: Final = Rates(2500, 2500)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line.

    Attributes:
        rates: Rates of the long run.
        seconds: Duration of the long run.
        step_seconds: Duration of each further step, at higher or lower rates; 0: no further steps.
    """

    customers: int
    rates: Rates
    seconds: float
    step_seconds: float
    warm_up: float


def read_options() -> Options:
    """Return the options of this command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run at lower rates")
    parser.add_argument("--reads", type=float, help="bet-slips per second (2,500; quick: 400)")
    parser.add_argument("--messages", type=float, help="progress messages per second (2,500; quick: 400)")
    parser.add_argument("--seconds", type=float, help="duration (600; quick: 20)")
    parser.add_argument("--step-seconds", type=float, help="of each further step; 0: none (60; quick: 15)")
    parser.add_argument("--customers", type=int, help="customers in the database (100,000; quick: 10,000)")
    given = parser.parse_args()
    quick = given.quick
    base = 400 if quick else GOAL.reads
    steps = 15 if quick else 60
    return Options(
        customers=given.customers or (10_000 if quick else 100_000),
        rates=Rates(given.reads or base, given.messages or base),
        seconds=given.seconds or (20 if quick else 600),
        step_seconds=steps if given.step_seconds is None else given.step_seconds,
        warm_up=5 if quick else 15,
    )


def find_limit(step: Callable[[Rates], Outcome], first: Outcome) -> list[Outcome]:
    """Raise both rates until a step does not hold, or lower them until one does if the first did not."""
    factor = FACTOR if first.held else 1 / FACTOR
    rates, outcomes = first.offered, []
    for _ in range(STEPS):
        rates = rates.times(factor)
        outcomes.append(step(rates))
        if outcomes[-1].held != first.held:
            break
    return outcomes


def build_load(testbed: TestBed) -> Load:
    """Return the load: readers, and probes that are apart from the customers who bet."""
    eligible = [number for number in range(testbed.club.customers) if number % 100 != 77 and number % 5 != 4]  # noqa: PLR2004 - active members, as bench.fixtures.customers makes them
    probed, others = eligible[:PROBED], eligible[PROBED:]
    bets, producer = (
        BetGenerator([customer_id(number) for number in others]),
        MessageProducer(testbed.bootstrap),
    )
    return Load(
        betslip=graph_at(testbed.serve.port),
        tokens=testbed.club.tokens(min(ACTIVE, testbed.club.customers)),
        bets=bets,
        producer=producer,
        probes=Probes(
            Target.graphql(testbed.serve.port, QUERY, {"brand": BRAND}, "Tracker"),
            {customer_id(number): testbed.club.token(number) for number in probed},
            lambda customer: producer.send(bets.counting_bet(customer, instant())),
        ),
    )


def measure(testbed: TestBed, load: Load, options: Options) -> tuple[Outcome, list[Outcome]]:
    """Measure the long run, then the steps; verify the ledger after each.

    Raises:
        ServiceFailedError: The tables do not hold what was produced.
    """

    def run_step(rates: Rates, seconds: float = options.step_seconds) -> Outcome:
        outcome = uvloop.run(load.step(testbed, rates, seconds))
        print(outcome.summary_line(), flush=True)
        return outcome

    print("every customer's first bet, and warming up", flush=True)
    uvloop.run(load.first_bets(testbed))
    uvloop.run(load.step(testbed, options.rates.times(0.5), options.warm_up))
    first = run_step(options.rates, options.seconds)
    check_ledger(testbed)
    further = find_limit(run_step, first) if options.step_seconds else []
    if further:
        check_ledger(testbed)
    return first, further


def check_ledger(testbed: TestBed) -> None:
    """Check that the tables are consistent and match the messages on Kafka.

    Raises:
        ServiceFailedError: They differ.
    """
    drift = testbed.drift()
    expected = recount(produced_messages(testbed.bootstrap, TOPIC))
    wrong = expected.differences(uvloop.run(stored_ledger(testbed.club.database)))
    print(
        f"{expected.bets:,} bets, {len(expected.totals):,} totals: {drift} drift, {wrong} differ", flush=True
    )
    if drift or wrong:
        raise ServiceFailedError(f"{drift} totals drift, {wrong} are not what was produced")


def summary(first: Outcome, further: list[Outcome]) -> tuple[dict[str, Any], dict[str, float]]:
    """Return the figures of the long run and of the best step that held, and ratios to what was offered."""
    held = [each for each in (first, *further) if each.held]
    best = max(held, key=lambda each: each.offered.reads, default=None)
    figures = {
        "run": first.figures(),
        "steps": [outcome.figures() for outcome in further],
        "sustained_reads_per_second": round(best.answered, 1) if best else 0.0,
        "sustained_messages_per_second": round(best.applied, 1) if best else 0.0,
        "drift": 0,
        "differing_from_recount": 0,
    }
    ratios = {
        "answered_of_offered_reads": first.reads_kept,
        "applied_of_offered_messages": first.messages_kept,
        "sustained_of_goal_reads": best.answered / GOAL.reads if best else 0.0,
        "sustained_of_goal_messages": best.applied / GOAL.messages if best else 0.0,
    }
    return figures, {name: round(value, 3) for name, value in ratios.items()}


def run(options: Options, folder: Path) -> None:
    """Start everything, measure, and report."""
    with open_testbed(folder, options.customers) as testbed:
        raise_priority(
            os.getpid(), -15
        )  # the load is generated here; real readers would not compete for these cores
        try:
            first, further = measure(testbed, build_load(testbed), options)
        finally:
            raise_priority(os.getpid(), 0)
    figures, ratios = summary(first, further)
    print()
    for name, value in figures["run"].items():
        print(f"{name:24}{value}")
    for name, ratio in ratios.items():
        print(f"{name:32}{ratio:8.3f}")
    report.write("together", figures, ratios)


def main() -> None:
    """Run the benchmark as the command line says."""
    run_benchmark(run, read_options())


if __name__ == "__main__":
    main()
