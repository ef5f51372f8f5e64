"""A provider of races and matches: prices move, markets are suspended and settled, results are corrected."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from consumers.stream.records import Record
from subgraphs.bets.settlement.results import MarketResult, Runner, VoidPeriod
from subgraphs.kit.domain.selections import market_id, selection_id
from tests.support.events.told import fixture, instant, market
from tests.support.events.told_provider import (
    PROVIDER,
    STATUS_SECONDS,
    ToldProvider,
    revision_after,
    told_now,
)

OPEN: Final = 10
"""How many markets can be bet on, or are suspended, at a time."""

PAUSE_SECONDS: Final = 0.2
SEEN_AFTER: Final = timedelta(seconds=2)
"""How long after it was told first customers see an event."""

TERMS: Final = {"places": 2, "numerator": 1, "denominator": 4}
WIN, MATCH = "WIN", "MATCH_RESULT"
RUNNERS: Final = {WIN: 5, MATCH: 3}
DEEDS: Final = (
    *("move",) * 14,
    *("suspend",) * 3,
    *("reopen",) * 4,
    *("settle", "correct", "begin", "withdraw"),
)
RESULTS: Final = (*("plain",) * 6, "dead heat", "void runner", "part void", "void period", "cancelled")


class OfferedPick(NamedTuple):
    """What can be bet on, as a customer sees it: its odds are in thousandths."""

    selection: str
    odds: int
    kind: str
    event: int


@dataclass(slots=True)
class Told:
    """An event with its market, as it was told last.

    Attributes:
        openings: The revisions with which its market was opened, and when that was sent.
    """

    number: int
    kind: str
    runners: list[dict[str, Any]]
    status: str = "open"
    in_play: bool = False
    revision: int = 0
    void_periods: tuple[VoidPeriod, ...] = ()
    openings: list[tuple[int, datetime]] = field(default_factory=list)

    @property
    def own_id(self) -> str:
        """Return the platform's id of its market."""
        return market_id(PROVIDER, str(self.number))

    @property
    def result(self) -> MarketResult:
        """Return what decides bets on it."""
        names = ("status", "dead_heat_milli", "deduction_milli", "void_milli")
        runners = tuple(
            Runner(
                selection_id=selection_id(self.own_id, runner["selection_id"], 0),
                **{name: runner[name] for name in names if name in runner},
            )
            for runner in self.runners
        )
        return MarketResult(
            kind=self.kind, status=self.status, runners=runners, void_periods=self.void_periods
        )

    def reopened_after(self, revision: int) -> datetime | None:
        """Return when an opening was sent first that replaces a revision; None if none was."""
        return next((at for opened, at in self.openings if opened > revision), None)


@dataclass
class ToldRaces(ToldProvider):
    """Events with a market each.

    Attributes:
        happened: How often what was told.
    """

    brand: str
    seed: int
    happened: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        super().__post_init__()
        self._chance = Random(f"{self.seed} races")  # noqa: S311 - repeatable on purpose

    @property
    def by_market(self) -> dict[str, Told]:
        """Return all events by the platform's ids of their markets."""
        return {one.own_id: one for one in self.told}

    @property
    def results(self) -> dict[str, MarketResult]:
        """Return what decides bets, by market."""
        return {own: one.result for own, one in self.by_market.items()}

    def offered(self) -> list[OfferedPick]:
        """Return what can be bet on, by what was told last."""
        since = datetime.now(UTC) - SEEN_AFTER
        return [
            OfferedPick(
                f"{self.brand}:{selection_id(one.own_id, runner['selection_id'], 0)}",
                runner["back"][0]["odds_milli"],
                one.kind,
                one.number,
            )
            for one in self.told
            if one.status == "open" and one.openings[0][1] < since
            for runner in one.runners
            if runner["status"] == "active"
        ]

    def begin(self) -> None:
        """Tell the first events."""
        self.send([self.is_well()])
        while len(self._live()) < OPEN:
            self._new()
        self.flush()

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Tell what happens until told to stop."""
        well_at = time.monotonic()
        while not stopping.is_set():
            if time.monotonic() >= well_at:
                self.send([self.is_well()])
                well_at += STATUS_SECONDS
            self._happens(self._chance.choice(DEEDS))
            await asyncio.sleep(PAUSE_SECONDS)

    def finish(self) -> None:
        """Settle everything, and correct some of it."""
        for one in self._live():
            self._suspend(one)
            self._settle(one)
        for one in self._chance.sample(self.told, len(self.told) // 4):
            self._settle(one)
        self.send([self.is_well()])
        self.flush()

    def _happens(self, deed: str) -> None:
        live = self._live()
        match deed:
            case "suspend" | "begin" | "withdraw" | "move":
                live = [one for one in live if one.status == "open"]
            case "reopen" | "settle":
                live = [one for one in live if one.status == "suspended"]
            case _:
                live = [one for one in self.told if one.status in {"settled", "cancelled"}]
        if not live:
            return
        one = self._chance.choice(live)
        self.happened[deed] += 1
        match deed:
            case "suspend":
                self._suspend(one)
            case "reopen":
                self._open(one)
            case "begin":
                one.in_play = True
                self.send([self._fixture(one), self._market(one)])
            case "withdraw":
                self._withdraw(one)
            case "move":
                self._move(one)
            case _:
                self._settle(one)
        while len(self._live()) < OPEN:
            self._new()

    def _live(self) -> list[Told]:
        return [one for one in self.told if one.status in {"open", "suspended"}]

    def _new(self) -> None:
        number = len(self.told)
        kind = self._chance.choice([WIN, WIN, MATCH])
        runners = [
            {
                "selection_id": f"r{place}",
                "name": f"Runner {place}",
                "status": "active",
                "position": place,
                "back": [{"odds_milli": self._odds()}],
            }
            for place in range(1, RUNNERS[kind] + 1)
        ]
        one = Told(number, kind, runners)
        self.told.append(one)
        self.send([self._fixture(one)])
        self._open(one)

    def _open(self, one: Told) -> None:
        one.status = "open"
        at = datetime.now(UTC)
        record = self._market(one)
        one.openings.append((one.revision, at))
        self.send([record])

    def _suspend(self, one: Told) -> None:
        one.status = "suspended"
        self.send([self._market(one)])

    def _move(self, one: Told) -> None:
        for runner in self._active(one):
            if self._chance.random() < 0.3:
                runner["back"] = [{"odds_milli": self._odds()}]
        self._open(one)

    def _withdraw(self, one: Told) -> None:
        active = self._active(one)
        if one.kind == WIN and len(active) > 3:
            deduction = self._chance.choice([None, 100, 250])
            active[0] |= {"status": "removed", "back": [], "deduction_milli": deduction}
            self._open(one)

    def _settle(self, one: Told) -> None:
        """Tell results, or other ones."""
        kept, how = [runner for runner in one.runners if runner["status"] != "removed"], self._result(one)
        self.happened[how] += 1
        one.void_periods = ()
        for runner in kept:
            for part in ("dead_heat_milli", "void_milli"):
                runner.pop(part, None)
            runner |= {"status": "loser", "back": []}
        order = self._chance.sample(kept, len(kept))
        order[0]["status"] = "winner"
        if one.kind == WIN:
            order[1]["status"] = "placed"
        match how:
            case "dead heat":
                for runner in order[:2]:
                    runner |= {"status": "winner", "dead_heat_milli": 500}
            case "void runner":
                order[-1]["status"] = "void"
            case "part void":
                order[0]["void_milli"] = 500
            case "void period":
                now = datetime.now(UTC)
                one.void_periods = (VoidPeriod(now - timedelta(seconds=10), now - timedelta(seconds=4)),)
            case _:
                pass
        one.status = "cancelled" if how == "cancelled" else "settled"
        self.send([self._market(one)])

    def _result(self, one: Told) -> str:
        how = self._chance.choice(RESULTS)
        return "plain" if how == "dead heat" and one.kind != WIN else how

    def _active(self, one: Told) -> list[dict[str, Any]]:
        return [runner for runner in one.runners if runner["status"] == "active"]

    def _odds(self) -> int:
        return self._chance.randrange(1_100, 6_000, 50)

    def _fixture(self, one: Told) -> Record:
        sides = (f"Town {one.number}", f"City {one.number}")
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=-5 if one.in_play else 300)
        return fixture(
            PROVIDER,
            str(one.number),
            *sides,
            revision=revision_after(one.revision),
            status="live" if one.in_play else "scheduled",
            starts_at=instant(starts_at),
            occurred_at=told_now(),
        )

    def _market(self, one: Told) -> Record:
        one.revision = revision_after(one.revision)
        return market(
            PROVIDER,
            str(one.number),
            str(one.number),
            revision=one.revision,
            kind=one.kind,
            status=one.status,
            in_play=one.in_play,
            place_terms=TERMS if one.kind == WIN else None,
            runners=one.runners,
            void_periods=_periods(one.void_periods),
            occurred_at=told_now(),
        )


def _periods(periods: Sequence[VoidPeriod]) -> list[dict[str, Any]]:
    return [
        {
            name: at and instant(at)
            for name, at in (("starts_at", period.starts_at), ("ends_at", period.ends_at))
        }
        for period in periods
    ]
