"""Offer reads, messages and probes at given rates for a while; measure whether the two cores keep up."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.load.open_loop import OpenLoop, Record
from bench.load.target import Target
from bench.together.bets import BetGenerator, instant
from bench.together.probes import ProbeResults, Probes
from bench.together.producer import MessageProducer
from bench.together.testbed import TestBed

KEPT_SHARE: Final = 0.99
TRACKER_SECONDS: Final = 1.0
PROBES_A_SECOND: Final = 5.0
TICK: Final = 0.002
FAILURES: Final = ("wrong", "cut", "late")


@dataclass(frozen=True, slots=True)
class Rates:
    """Offered rates per second; the messages include the probes' bets."""

    reads: float
    messages: float

    def times(self, factor: float) -> "Rates":
        """Return both rates, multiplied."""
        return Rates(self.reads * factor, self.messages * factor)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a step: rates per second, latencies in milliseconds from the time a read was due.

    Attributes:
        answered: Right answers in time. `refused`: 429 and 503. `failed`: wrong, cut off or too late.
        applied: Messages that the consumer committed while they were offered.
        lag: Messages that were not applied when the last one had been sent.
        tracker_p95_ms: Time from a bet's message until the tracker shows it; likewise p50 and p99.
        unseen: Bets of probes that the tracker never showed.
        load_late_p99_ms: How far the load was behind its schedule; included in the reads' latencies.
        cores: Cores that each program used; `others` is other work of the machine or its host.
        memory_mb: Memory of our programs after a tenth of the time, and near the end.
    """

    offered: Rates
    answered: float
    refused: float
    failed: float
    read_p50_ms: float
    read_p95_ms: float
    read_p99_ms: float
    applied: float
    lag: int
    probes: int
    unseen: int
    tracker_p50_ms: float
    tracker_p95_ms: float
    tracker_p99_ms: float
    load_late_p99_ms: float
    cores: Mapping[str, float]
    memory_mb: Mapping[str, float]

    @property
    def reads_kept(self) -> float:
        """The share of reads that were answered."""
        return self.answered / self.offered.reads

    @property
    def messages_kept(self) -> float:
        """The share of messages that were applied."""
        return self.applied / self.offered.messages

    @property
    def held(self) -> bool:
        """Whether the rates are sustainable: nothing failed or fell behind, and trackers were up to date."""
        kept = min(self.reads_kept, self.messages_kept) >= KEPT_SHARE
        fresh = self.probes > 0 and not self.unseen and self.tracker_p95_ms < TRACKER_SECONDS * 1000
        return kept and fresh and not self.failed

    def figures(self) -> dict[str, Any]:
        """Return the figures for the results file."""
        offered = {"offered_reads": self.offered.reads, "offered_messages": self.offered.messages}
        rest = {name: value for name, value in asdict(self).items() if name != "offered"}
        return _rounded(offered | rest) | {"held": self.held}

    def summary_line(self) -> str:
        """Return one line for the terminal."""
        return (
            f"reads {self.answered:.0f} of {self.offered.reads:.0f}/s (refused {self.refused:.0f}, "
            f"failed {self.failed:.0f}; p99 {self.read_p99_ms:.0f} ms), "
            f"messages {self.applied:.0f} of {self.offered.messages:.0f}/s (lag {self.lag}), "
            f"bet to tracker p95 {self.tracker_p95_ms:.0f} ms, load late p99 {self.load_late_p99_ms:.0f} ms: "
            f"{'held' if self.held else 'not held'}"
        )


@dataclass(frozen=True, slots=True)
class Load:
    """The load: reads, bets and probes."""

    betslip: Target
    tokens: Sequence[str]
    bets: BetGenerator
    producer: MessageProducer
    probes: Probes

    async def step(self, testbed: TestBed, rates: Rates, seconds: float) -> Outcome:
        """Offer reads and messages, then wait until every message is applied.

        Raises:
            ServiceFailedError: The consumer makes no progress.
        """
        open_loop = OpenLoop(self.betslip, self.tokens)
        before, applied, loop = testbed.cpu_seconds(), await testbed.applied(), asyncio.get_running_loop()
        begun = loop.time()
        async with asyncio.TaskGroup() as group:
            reads = group.create_task(open_loop.run(rates.reads, seconds))
            probing = group.create_task(self.probes.watch(PROBES_A_SECOND, seconds))
            watching = group.create_task(lateness(seconds))
            weighing = group.create_task(memory_growth(testbed, seconds))
            others = rates.messages - PROBES_A_SECOND
            await self.producer.send_at_rate(self.bets.next_message, others, seconds)
            done, took = await testbed.applied(), loop.time() - begun
            lag, used = self.producer.acknowledged - done, testbed.cpu_seconds()
        await open_loop.close()
        self.producer.flush()
        await testbed.wait_until_applied(self.producer.acknowledged)
        seen, record = probing.result(), reads.result()
        cores = {name: (used[name] - before[name]) / took for name in used}
        consumer = Consumed((done - applied) / took, max(lag, 0))
        return outcome(rates, record, seen, consumer, Usage(cores, watching.result(), weighing.result()))

    async def first_bets(self, testbed: TestBed) -> None:
        """Send one bet of every betting customer, so that all have a total."""
        for number, customer in enumerate(self.bets.customers):
            self.producer.send(self.bets.counting_bet(customer, instant()))
            if number % 1000 == 0:
                await asyncio.sleep(0)
                self.producer.poll()
        self.producer.flush()
        await testbed.wait_until_applied(self.producer.acknowledged)


@dataclass(frozen=True, slots=True)
class Consumed:
    """The consumer's result: messages per second, and how many were left."""

    rate: float
    lag: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Cores and memory that programs used, and the delays of the load in seconds."""

    cores: Mapping[str, float]
    late: Sequence[float]
    memory: Mapping[str, float]


def outcome(offered: Rates, record: Record, seen: ProbeResults, consumed: Consumed, usage: Usage) -> Outcome:
    """Combine the results of readers, probes, consumer and system."""
    return Outcome(
        offered=offered,
        answered=record.in_time / record.seconds,
        refused=record.outcomes["refused"] / record.seconds,
        failed=sum(record.outcomes[kind] for kind in FAILURES) / record.seconds,
        read_p50_ms=percentile(record.right, 50),
        read_p95_ms=percentile(record.right, 95),
        read_p99_ms=percentile(record.right, 99),
        applied=consumed.rate,
        lag=consumed.lag,
        probes=len(seen.seconds) + seen.unseen,
        unseen=seen.unseen,
        tracker_p50_ms=percentile(seen.seconds, 50),
        tracker_p95_ms=percentile(seen.seconds, 95),
        tracker_p99_ms=percentile(seen.seconds, 99),
        load_late_p99_ms=percentile(usage.late, 99),
        cores=usage.cores,
        memory_mb=usage.memory,
    )


async def memory_growth(testbed: TestBed, seconds: float) -> dict[str, float]:
    """Return the memory of our programs early in the step and near its end."""
    await asyncio.sleep(seconds / 10)
    early = testbed.memory()
    await asyncio.sleep(seconds * 0.85)
    late = testbed.memory()
    return {
        f"{name}_{when}": values[name]
        for when, values in (("early", early), ("late", late))
        for name in values
    }


async def lateness(seconds: float) -> list[float]:
    """Return by how many seconds this process wakes up too late, every two milliseconds."""
    loop, late = asyncio.get_running_loop(), []
    until = loop.time() + seconds
    while (due := loop.time() + TICK) < until:
        await asyncio.sleep(TICK)
        late.append(loop.time() - due)
    return late


def percentile(seconds: Sequence[float], share: int) -> float:
    """Return a percentile in milliseconds; 0 if there are no values."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000 if ordered else 0.0


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return numbers rounded to two digits, also in nested mappings."""
    return {
        name: _rounded(value) if isinstance(value, Mapping) else round(value, 2)
        for name, value in values.items()
    }
