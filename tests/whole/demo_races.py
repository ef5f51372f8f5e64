"""Races that a test tells a running demo, by a provider of its own that is well until it says otherwise."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consumers.stream.records import Record
from subgraphs.events.catalogue.reader import FRESHNESS
from subgraphs.kit.domain.selections import market_id, selection_id
from tests.support.events.told import fixture, instant, market, status
from tests.support.events.told_provider import revision_after, told_now
from tests.support.processes.running_furlong import BRAND, Demo, eventually

WELL_SECONDS: Final = 3.0
"""How often it says that it is well; after 15 s of silence it is not believed."""

OPEN: Final = "OPEN"
TERMS: Final = {"places": 2, "numerator": 1, "denominator": 4}
OFFERED: Final = """query ($brand: ID!, $search: String!) { events(brand: $brand, search: $search) {
  nodes { markets { status placeTerms { places } selections { id status odds { milli display } } } } } }"""


@dataclass
class Racecourse:
    """A provider of races.

    Attributes:
        flaw: What it says is wrong with it; empty while nothing is.
        told: Its races, by name.
    """

    demo: Demo
    provider: str
    flaw: str = ""
    told: dict[str, "ToldRace"] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _revision: int = 0

    def race(self, name: str, **odds: int) -> "ToldRace":
        """Tell of a race that begins in two hours, with these runners, and wait until it is there."""
        race = ToldRace(self, name, {runner: {"odds": milli} for runner, milli in odds.items()})
        self.told[name] = race
        race.is_told()
        race.offer()
        race.shows(OPEN, **odds)
        is_known_to_all()
        return race

    def says(self) -> None:
        """Say how it is."""
        self.send(status(self.provider, at=datetime.now(UTC), complete=not self.flaw, reason=self.flaw))

    def fails(self, flaw: str) -> None:
        """Say that something is wrong from now on."""
        self.flaw = flaw
        self.says()
        is_known_to_all()

    def send(self, record: Record) -> None:
        """Send a record, and wait until it is there."""
        assert record.key
        assert record.value
        self.demo.site.produce(record.value, key=record.key.decode(), topic=record.topic)

    def revision(self) -> int:
        """Return a revision that is higher than all before, as an adapter makes it."""
        self._revision = revision_after(self._revision)
        return self._revision

    def go_on(self) -> None:
        """Say now and then how it is, until the demo ends."""
        while not self._stopping.wait(WELL_SECONDS):
            self.says()

    def stop(self) -> None:
        """Say nothing more."""
        self._stopping.set()


@contextmanager
def racecourse(demo: Demo, provider: str = "racecourse") -> Iterator[Racecourse]:
    """Yield a provider that says how it is while the block runs."""
    course = Racecourse(demo, provider)
    course.says()
    speaking = threading.Thread(target=course.go_on, daemon=True)
    speaking.start()
    try:
        yield course
    finally:
        course.stop()
        speaking.join()


def is_known_to_all() -> None:
    """Wait until what takes bets knows what the graph shows: each reads the catalogue for itself."""
    time.sleep(FRESHNESS.stale.total_seconds())


@dataclass
class ToldRace:
    """A race with a market of its winner, which has place terms.

    Attributes:
        runners: By name: `odds`, and what else its provider says of each.
    """

    course: Racecourse
    name: str
    runners: dict[str, dict[str, Any]]
    in_play: bool = False

    @property
    def id(self) -> str:
        """Return the provider's id."""
        return self.name.lower().replace(" ", "-")

    def selection(self, runner: str) -> str:
        """Return the graph's id of a runner."""
        own = market_id(self.course.provider, self.id)
        return f"{BRAND}:{selection_id(own, runner, 0)}"

    def is_told(self) -> None:
        """Tell that it is there; no other provider has races of its course, which would be the same race."""
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=-2 if self.in_play else 120)
        told = fixture(
            *(self.course.provider, self.id),
            revision=self.course.revision(),
            sport="horse-racing",
            competition=f"Course of {self.course.provider}",
            name=self.name,
            competitors=[],
            starts_at=instant(starts_at),
            status="live" if self.in_play else "scheduled",
            occurred_at=told_now(),
        )
        self.course.send(told)

    def begins(self) -> None:
        """Tell that it runs, and that its market is open still."""
        self.in_play = True
        self.is_told()
        self.offer()

    def offer(self, of: str = "open", /, **odds: int) -> None:
        """Tell its market, with other odds of some runners."""
        for runner, milli in odds.items():
            self.runners[runner]["odds"] = milli
        self._tell(of, {runner: {"status": "active"} for runner in self.runners})

    def moves(self, **odds: int) -> None:
        """Tell other odds of some runners, and wait until the graph has them."""
        self.offer(**odds)
        self.shows(OPEN, **odds)

    def results(self, of: str = "settled", /, **runners: Mapping[str, Any]) -> None:
        """Tell what became of some runners; all others have lost."""
        lost: Mapping[str, Any] = {"status": "loser"}
        self._tell(of, {name: runners.get(name, lost) for name in self.runners})

    def shows(self, status: str, /, **odds: int) -> None:
        """Wait until the graph shows the market in a status, and some runners at these odds."""

        def is_shown() -> bool:
            shown = self.shown()
            found = {one["id"]: one["odds"] for one in shown.get("selections", ())}
            wanted = {self.selection(runner): milli for runner, milli in odds.items()}
            at_odds = all((found.get(own) or {}).get("milli") == milli for own, milli in wanted.items())
            return shown.get("status") == status and at_odds

        eventually(is_shown, f"{self.name} is {status} at {odds}")

    def shown(self) -> dict[str, Any]:
        """Return its market as the graph has it; nothing while it has none."""
        answer = self.course.demo.site.ask(OFFERED, {"brand": BRAND, "search": self.name})
        events = answer["data"]["events"]["nodes"]
        return dict(next((one for event in events for one in event["markets"]), {}))

    def _tell(self, of: str, runners: Mapping[str, Mapping[str, Any]]) -> None:
        told = market(
            *(self.course.provider, self.id, self.id),
            revision=self.course.revision(),
            kind="WIN",
            name="Winner",
            status=of,
            in_play=self.in_play,
            place_terms=TERMS,
            winners=1,
            runners=[
                {
                    "selection_id": name,
                    "name": name.capitalize(),
                    "position": place,
                    "back": [{"odds_milli": self.runners[name]["odds"]}] if of == "open" else [],
                    **facts,
                }
                for place, (name, facts) in enumerate(runners.items(), 1)
            ],
            occurred_at=told_now(),
        )
        self.course.send(told)
