"""Bet-slips are read while bets come in, on two cores; then more of both, as far as it goes."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from bench import report
from bench.betslip import graph_at
from bench.carry_out import carry_out
from bench.cores import go_ahead
from bench.customers import BRAND, customer_id
from bench.servers import ServiceFailedError
from bench.target import Target
from bench.together.bets import Betting, instant
from bench.together.books import produced, recount, stored
from bench.together.probes import QUERY, Probes
from bench.together.squad import TOPIC, Squad
from bench.together.step import Load, Outcome, Rates
from bench.together.yard import Yard, open_yard

PROBED: Final = 200
"""At five a second, each is left alone longer than a probe's patience."""
ACTIVE: Final = 10_000
FACTOR: Final = 1.25
STEPS: Final = 12
GOAL: Final = Rates(2500, 2500)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line says.

    Attributes:
        rates: of the long run.
        seconds: of the long run.
        step_seconds: of each further one, with more or less of both; 0: no further ones.
    """

    customers: int
    rates: Rates
    seconds: float
    step_seconds: float
    warm_up: float


def read_choice() -> Choice:
    """The choice of this command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run at lower rates")
    parser.add_argument("--reads", type=float, help="bet-slips a second (2,500; quick: 400)")
    parser.add_argument("--messages", type=float, help="progress messages a second (2,500; quick: 400)")
    parser.add_argument("--seconds", type=float, help="how long (600; quick: 20)")
    parser.add_argument("--step-seconds", type=float, help="of each step after it; 0: none (60; quick: 15)")
    parser.add_argument("--customers", type=int, help="in the database (100,000; quick: 10,000)")
    given = parser.parse_args()
    quick = given.quick
    base = 400 if quick else GOAL.reads
    steps = 15 if quick else 60
    return Choice(
        customers=given.customers or (10_000 if quick else 100_000),
        rates=Rates(given.reads or base, given.messages or base),
        seconds=given.seconds or (20 if quick else 600),
        step_seconds=steps if given.step_seconds is None else given.step_seconds,
        warm_up=5 if quick else 15,
    )


def as_far_as_it_goes(step: Callable[[Rates], Outcome], first: Outcome) -> list[Outcome]:
    """Raises both rates until they do not hold, or, where the first did not, lowers them until they do."""
    factor = FACTOR if first.held else 1 / FACTOR
    rates, outcomes = first.offered, []
    for _ in range(STEPS):
        rates = rates.times(factor)
        outcomes.append(step(rates))
        if outcomes[-1].held != first.held:
            break
    return outcomes


def gather_load(yard: Yard) -> Load:
    """Readers of all kinds, probes apart from those who bet."""
    eligible = [number for number in range(yard.club.customers) if number % 100 != 77 and number % 5 != 4]  # noqa: PLR2004 - active members, as bench.customers makes them
    probed, others = eligible[:PROBED], eligible[PROBED:]
    betting, squad = Betting([customer_id(number) for number in others]), Squad(yard.bootstrap)
    return Load(
        betslip=graph_at(yard.serve.port),
        tokens=yard.club.tokens(min(ACTIVE, yard.club.customers)),
        betting=betting,
        squad=squad,
        probes=Probes(
            Target.graphql(yard.serve.port, QUERY, {"brand": BRAND}, "Tracker"),
            {customer_id(number): yard.club.token(number) for number in probed},
            lambda customer: squad.send(betting.counting_bet(customer, instant())),
        ),
    )


def measure(yard: Yard, load: Load, choice: Choice) -> tuple[Outcome, list[Outcome]]:
    """The long run, then the steps; the books are checked after each.

    Raises:
        ServiceFailedError: the tables do not hold what was produced.
    """

    def run_step(rates: Rates, seconds: float = choice.step_seconds) -> Outcome:
        outcome = uvloop.run(load.step(yard, rates, seconds))
        print(outcome.told(), flush=True)
        return outcome

    print("every customer's first bet, and warming up", flush=True)
    uvloop.run(load.first_bets(yard))
    uvloop.run(load.step(yard, choice.rates.times(0.5), choice.warm_up))
    first = run_step(choice.rates, choice.seconds)
    check_books(yard)
    further = as_far_as_it_goes(run_step, first) if choice.step_seconds else []
    if further:
        check_books(yard)
    return first, further


def check_books(yard: Yard) -> None:
    """Holds the tables against themselves and against what is on Kafka.

    Raises:
        ServiceFailedError: they differ.
    """
    drift = yard.drift()
    expected = recount(produced(yard.bootstrap, TOPIC))
    wrong = expected.differences(uvloop.run(stored(yard.club.database)))
    print(
        f"{expected.bets:,} bets, {len(expected.totals):,} totals: {drift} drift, {wrong} differ", flush=True
    )
    if drift or wrong:
        raise ServiceFailedError(f"{drift} totals drift, {wrong} are not what was produced")


def summary(first: Outcome, further: list[Outcome]) -> tuple[dict[str, Any], dict[str, float]]:
    """Figures of the long run and of the best step that held, and what was sustained of what was offered."""
    held = [each for each in (first, *further) if each.held]
    best = max(held, key=lambda each: each.offered.reads, default=None)
    figures = {
        "run": first.figures(),
        "steps": [each.figures() for each in further],
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


def run(choice: Choice, folder: Path) -> None:
    """Starts everything, measures, reports."""
    with open_yard(folder, choice.customers) as yard:
        go_ahead(os.getpid(), -15)  # the load is in this process; readers elsewhere would not wait for a core
        try:
            first, further = measure(yard, gather_load(yard), choice)
        finally:
            go_ahead(os.getpid(), 0)
    figures, ratios = summary(first, further)
    print()
    for name, value in figures["run"].items():
        print(f"{name:24}{value}")
    for name, ratio in ratios.items():
        print(f"{name:32}{ratio:8.3f}")
    report.write("together", figures, ratios)


def main() -> None:
    """Runs the benchmark as the command line says."""
    carry_out(run, read_choice())


if __name__ == "__main__":
    main()
