"""A rehearsed club week: played with the product's own commands, while the clock is moved."""

from dataclasses import dataclass
from typing import Any

from tests.support.processes.running_furlong import BRAND, Programs, Site, eventually

MONDAY = "2026-04-06T09:00+01:00"
WEEK, NEXT_WEEK = "2026-W15", "2026-W16"
CLUB = """query ($brand: ID!, $week: ID!) { club(brand: $brand, week: $week) {
  state week { isoWeek state }
  progress { staked { minor } } choice { option { id } locksAt } fulfilment { status reference }
} }"""


@dataclass(frozen=True)
class RehearsedWeek:
    """The actions of a customer and the operators in a rehearsal."""

    site: Site
    programs: Programs
    customer: str

    def club(self, week: str) -> dict[str, Any]:
        """Return the customer's club in a week."""
        answer = self.site.ask(CLUB, {"brand": BRAND, "week": week}, customer=self.customer)
        assert "errors" not in answer, answer
        return dict(answer["data"]["club"])

    def stands(self, week: str, state: str) -> None:
        """Wait until the customer's club is in a state."""
        eventually(lambda: self.club(week)["state"] == state, f"{week} is {state}")

    def staked(self, week: str) -> int:
        """Return what counts for the customer in a week, in minor units."""
        return int(self.club(week)["progress"]["staked"]["minor"])

    def has_staked(self, week: str, minor: int) -> None:
        """Wait until an amount counts."""
        eventually(lambda: self.staked(week) == minor, f"{minor} count in {week}")

    def bet(self, stake: int) -> None:
        """Place a bet at the rehearsal's current time."""
        kafka = ("--kafka", self.site.kafka)
        self.programs.run("simulator", "bet", *kafka, "--customer", self.customer, "--stake", str(stake))

    def go_to(self, turn: str) -> None:
        """Advance the clock to a point of the brand's week."""
        self.programs.run("clock", "advance", "--to", turn, "--brand", BRAND)

    def play(self) -> str:
        """Play the week to the credited reward, and into the next one; return the credit's reference."""
        self._play_until_the_end()
        self.go_to("grace-end")
        self.stands(WEEK, "CREDITED")
        paid = self.club(WEEK)
        assert paid["fulfilment"]["status"] == "CREDITED"
        assert paid["choice"]["option"]["id"] == f"{BRAND}:fb-2x3:1"
        assert self.staked(NEXT_WEEK) == 300

        self.programs.run("clock", "advance", "2d")
        self.bet(200)
        self.has_staked(NEXT_WEEK, 500)
        assert self.club(WEEK) == paid
        return str(paid["fulfilment"]["reference"])

    def _play_until_the_end(self) -> None:
        assert self.site.club(self.customer)["week"]["isoWeek"] == WEEK
        terms = self.site.club(self.customer)["terms"]["version"]
        assert self.site.change("OptIn", self.customer, termsVersion=terms)["errors"] == []
        self.bet(1000)
        self.stands(WEEK, "TRACKING")
        self.programs.run("clock", "advance", "3d")
        self.bet(1500)
        self.stands(WEEK, "QUALIFIED")
        chosen = {"optionId": f"{BRAND}:fb-2x3:1", "expectedVersion": 0}
        assert self.site.change("ChangeReward", self.customer, **chosen)["errors"] == []

        self.go_to("week-end")
        eventually(lambda: self.site.club(self.customer)["week"]["isoWeek"] == NEXT_WEEK, "a week opens")
        assert self.club(WEEK)["week"]["state"] == "PROVISIONAL"
        assert self.club(WEEK)["fulfilment"] is None
        self.bet(300)
        self.has_staked(NEXT_WEEK, 300)
        assert self.staked(WEEK) == 2500
