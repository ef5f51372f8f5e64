"""Simulate days second by second: the workload's load, the pods, the autoscalers, latency and lag."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bench.scaling.costs import MICROSECOND, Answers, Costs, answers, applied
from bench.scaling.curves import DAY, HOUR, MINUTE, STEP, Workload
from bench.scaling.rules import Policy, Rules

SYNC_SECONDS: Final = 15
TOLERANCE: Final = 0.1


@dataclass(slots=True)
class Autoscaler:
    """One autoscaler.

    Attributes:
        pods: How many it has asked for.
    """

    minimum: int
    maximum: int
    up: Policy
    down: Policy
    pods: int
    _wanted: deque[tuple[float, int]] = field(default_factory=deque)
    _sizes: deque[tuple[float, int]] = field(default_factory=deque)

    def decide(self, at: float, usages: Iterable[float], least: int = 0) -> int:
        """Return how many pods there should be.

        Args:
            at: The time, in seconds.
            usages: For each metric, its sum over all pods as a multiple of one pod's target.
            least: What the calendar wants now.
        """
        recommended = max((self._recommended(usage) for usage in usages), default=0)
        recommended = min(max(recommended, self.minimum, least), self.maximum)
        self._wanted.append((at, recommended))
        while self._wanted[0][0] < at - max(self.up.stabilization, self.down.stabilization):
            self._wanted.popleft()
        lowest = min(pods for then, pods in self._wanted if then >= at - self.up.stabilization)
        highest = max(pods for then, pods in self._wanted if then >= at - self.down.stabilization)
        stable = max(min(self.pods, highest), lowest)
        self.pods = self._limited(at, stable)
        self._sizes.append((at, self.pods))
        return self.pods

    def _recommended(self, usage: float) -> int:
        if abs(usage / self.pods - 1) <= TOLERANCE:
            return self.pods
        return math.ceil(usage - 1e-9)

    def _limited(self, at: float, wanted: int) -> int:
        """Return the number that the policies allow."""
        policy = self.up if wanted > self.pods else self.down
        while len(self._sizes) > 1 and self._sizes[1][0] <= at - max(self.up.period, self.down.period):
            self._sizes.popleft()
        before = self._sizes[0][1] if self._sizes else self.pods
        for then, pods in self._sizes:
            before = pods if then <= at - policy.period else before
        change = max(math.ceil(before * policy.percent / 100), policy.pods)
        return min(wanted, before + change) if wanted > self.pods else max(wanted, before - change)


SCHEDULING_SECONDS: Final = 15.0
"""From the decision until a pod's process starts, on a node that has the image and room; an assumption."""
REBALANCE_SECONDS: Final = 3.0
"""How long a group does not read when members come or go; an assumption."""
AHEAD: Final = 15 * MINUTE
"""How long before a workload the calendar brings pods."""


class Sizing(StrEnum):
    """How the number of pods is decided."""

    FIXED = "fixed"
    REACTIVE = "reactive"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Peak:
    """The pods that the peak of a workload needs."""

    serve: int
    consumers: int


@dataclass(frozen=True, slots=True)
class Fixture:
    """A period for which the calendar demands pods."""

    begin: float
    end: float
    pods: Peak


@dataclass(slots=True)
class Report:
    """The outcome of a simulation; times are in seconds unless a name says otherwise."""

    core_hours: float = 0.0
    bets: float = 0.0
    reads: float = 0.0
    refused: float = 0.0
    worst_p99_ms: float = 0.0
    most_lag: float = 0.0
    longest_delay: float = 0.0
    most_serve: int = 0
    most_consumers: int = 0
    _p99s: list[float] = field(default_factory=list)

    def p99_of_seconds(self) -> float:
        """Return the p99 latency that 99 of 100 seconds kept."""
        return sorted(self._p99s)[len(self._p99s) * 99 // 100]

    def figures(self) -> dict[str, float]:
        """Return the figures for the results file."""
        return {
            "core_hours": round(self.core_hours, 1),
            "bets": round(self.bets),
            "reads": round(self.reads),
            "refused": round(self.refused),
            "p99_ms": round(self.p99_of_seconds(), 2),
            "worst_p99_ms": round(self.worst_p99_ms, 2),
            "most_lag": round(self.most_lag),
            "longest_delay_seconds": round(self.longest_delay, 2),
            "most_serve_pods": self.most_serve,
            "most_consumers": self.most_consumers,
        }

    def note(self, p99_ms: float, lag: float, delay: float, pods: tuple[int, int]) -> None:
        """Record one second."""
        self._p99s.append(p99_ms)
        self.worst_p99_ms = max(self.worst_p99_ms, p99_ms)
        self.most_lag = max(self.most_lag, lag)
        self.longest_delay = max(self.longest_delay, delay)
        self.most_serve = max(self.most_serve, pods[0])
        self.most_consumers = max(self.most_consumers, pods[1])


@dataclass(slots=True)
class Pods:
    """Pods that are paid for, and those of them that are ready."""

    starting_seconds: float
    wanted: int
    ready: int
    _coming: deque[tuple[float, int]] = field(default_factory=deque)

    def want(self, at: float, number: int) -> None:
        """Ask for a number of pods from now on."""
        if number > self.wanted:
            self._coming.append((at + self.starting_seconds, number))
        elif number < self.wanted:
            self._coming.clear()
            self.ready = min(self.ready, number)
            if self.ready < number:
                self._coming.append((at + self.starting_seconds, number))
        self.wanted = number

    def tick(self, at: float) -> bool:
        """Let pods become ready; return whether some did."""
        before = self.ready
        while self._coming and self._coming[0][0] <= at:
            self.ready = max(self.ready, self._coming.popleft()[1])
        return self.ready != before


def peak_of(workload: Workload, rules: Rules, costs: Costs, begin: float, end: float) -> Peak:
    """Return the pods that the highest load between two times needs at the rules' targets."""
    times = range(int(begin), int(end), STEP)
    reads, messages = max(map(workload.reads, times)), max(map(workload.messages, times))
    serve = reads * costs.read.ours * MICROSECOND / (rules.workers * rules.cpu)
    consumers = messages * costs.bet.ours * MICROSECOND / rules.cpu
    return Peak(
        min(max(math.ceil(serve), rules.serve_minimum), rules.serve_maximum),
        min(max(math.ceil(consumers), rules.consumers_minimum), rules.partitions),
    )


def calendar_of(workload: Workload, rules: Rules, costs: Costs) -> tuple[Fixture, ...]:
    """Return a calendar: for each event, the pods that its peak needs, until all its bets are settled."""
    found = []
    for event in workload.events:
        begin, end = event.start - HOUR, event.start + event.lasts + event.settling
        pods = peak_of(workload, rules, costs, begin, end)
        found.append(Fixture(begin - AHEAD, end + 5 * MINUTE, pods))
    return tuple(found)


@dataclass(slots=True)
class Release:
    """The pods of a release and their autoscalers."""

    rules: Rules
    costs: Costs
    serve: Pods
    consume: Pods
    serve_scaler: Autoscaler
    consume_scaler: Autoscaler
    lag: float = 0.0
    moving: float = 0.0

    @classmethod
    def of(cls, rules: Rules, costs: Costs, first: Peak) -> "Release":
        """Return a release with a first number of pods."""
        starting = SCHEDULING_SECONDS + costs.start_seconds
        return cls(
            rules,
            costs,
            Pods(starting, first.serve, first.serve),
            Pods(starting, first.consumers, first.consumers),
            Autoscaler(rules.serve_minimum, rules.serve_maximum, rules.up, rules.down, first.serve),
            Autoscaler(rules.consumers_minimum, rules.partitions, rules.up, rules.down, first.consumers),
        )

    def second(self, at: float, messages: float) -> None:
        """Let pods become ready, and consumers apply a second's messages."""
        self.serve.tick(at)
        if self.consume.tick(at):
            self.moving = REBALANCE_SECONDS
        can = 0.0 if self.moving > 0 else applied(self.costs, self.consume.ready, self.lag, messages)
        self.moving -= 1
        self.lag += messages - can

    def delay(self) -> float:
        """Return after how long a message that arrives now is applied."""
        return self.lag * self.costs.bet.ours * MICROSECOND / self.consume.ready

    def scale(self, at: float, found: Answers, inside: float, least: Peak) -> None:
        """Let the autoscalers decide."""
        rules, pods = self.rules, self.serve.ready
        usages = (
            inside / rules.requests_inside,
            found.p99_ms / 1000 / rules.oldest_seconds * pods,
            found.utilization * rules.workers / rules.cores / rules.cpu * pods,
        )
        self.serve.want(at, self.serve_scaler.decide(at, usages, least.serve))
        wanted = self.consume_scaler.decide(at, (self.lag / rules.lag,), least.consumers)
        if wanted < self.consume.wanted:
            self.moving = REBALANCE_SECONDS
        self.consume.want(at, wanted)


def simulate(workload: Workload, rules: Rules, costs: Costs, sizing: Sizing) -> Report:
    """Simulate a workload."""
    report, length = Report(), workload.days * DAY
    fixtures = calendar_of(workload, rules, costs) if sizing is Sizing.CALENDAR else ()
    small = Peak(rules.serve_minimum, rules.consumers_minimum)
    first = peak_of(workload, rules, costs, 0, length) if sizing is Sizing.FIXED else small
    release = Release.of(rules, costs, first)
    inside: deque[float] = deque(maxlen=int(rules.window))
    table = workload.table()
    for at in range(length):
        bets, messages, reads = table[at // STEP]
        release.second(at, messages)
        serve, consume = release.serve, release.consume
        found = answers(costs, serve.ready * rules.workers, reads)
        inside.append(found.inside)
        report.note(found.p99_ms, release.lag, release.delay(), (serve.wanted, consume.wanted))
        report.refused += found.refused
        report.bets += bets
        report.reads += reads
        report.core_hours += (serve.wanted * rules.cores + consume.wanted * rules.consumer_cores) / HOUR
        if sizing is not Sizing.FIXED and at % SYNC_SECONDS == 0:
            due = [fixture.pods for fixture in fixtures if fixture.begin <= at < fixture.end]
            least = Peak(
                max((pods.serve for pods in due), default=0), max((pods.consumers for pods in due), default=0)
            )
            release.scale(at, found, sum(inside) / len(inside), least)
    return report
