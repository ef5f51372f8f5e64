"""An upgrade and the way back while both versions work: all processes of each, on one MariaDB and Kafka."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from confluent_kafka.admin import AdminClient

from tests.support.consumers.betting_load import Load
from tests.support.long_form import only_in_long_form, seed_of_run
from tests.support.processes.running_furlong import BRAND, Site, eventually
from tests.support.product.rehearsed_week import NEXT_WEEK, WEEK, RehearsedWeek
from tests.support.product.release import released_code
from tests.support.product.whole_installation import (
    DATABASES,
    PROCESSES,
    Installation,
    installation_beside,
    rehearsed_installation,
)
from tests.torture.placed_bets import applies_more, betting, each_bet_counts_once
from tools.private_mariadb import PrivateMariadb

SEED: Final = seed_of_run(20)
pytestmark = [
    pytest.mark.usefixtures("kafka_installed"),
    only_in_long_form,
    pytest.mark.timeout(3600),
]
ANN, BOB = "c-1001", "c-1002"
MONDAY_MORNING: Final = datetime(2026, 4, 5, 23, 5, tzinfo=UTC)
FIRST_CHOICE, FREE_BET = f"{BRAND}:fb-5:1", f"{BRAND}:fb-2x3:1"


@dataclass(frozen=True)
class Versions:
    """Both versions, two customers, and bets of others.

    Attributes:
        old: The last release.
        new: This version.
        ann: The week of a customer who joins before the upgrade.
        bob: The week of a customer who joins while both versions work.
    """

    old: Installation
    new: Installation
    load: Load
    ann: RehearsedWeek
    bob: RehearsedWeek

    def upgrade_databases(self) -> None:
        """Upgrade the databases and topics while the last release works; it goes on with them."""
        assert join(self.old.site, ANN) == []
        self.ann.bet(1000)
        self.ann.stands(WEEK, "TRACKING")
        self.new.programs.run("db", "upgrade")
        self.new.programs.run("topics", "create", "--partitions", "2")
        applies_more(self.old, self.load)
        assert choose(self.old.site, ANN, FIRST_CHOICE, version=0) == []

    def work_together(self) -> None:
        """Start a process of each kind beside the other's; kill some of both while customers act at both."""
        self.new.start(*PROCESSES)
        eventually(self.new.is_complete, "this version serves")
        eventually(self.all_shared, "both versions have partitions of each group")
        assert choose(self.new.site, ANN, FREE_BET, version=1) == []
        assert join(self.new.site, BOB) == []
        assert choose(self.old.site, BOB, FREE_BET, version=0) == []
        self.bob.bet(2500)
        self.agree(WEEK)
        for version in (self.old, self.new):
            for name in ("consume progress", "consume rewards", "worker outbox"):
                version.kill(name)
                applies_more(self.new, self.load)
                version.start(name)
        eventually(self.all_shared, "the killed consumers have come back")

    def close_a_week(self) -> None:
        """Close the week and pay its rewards with the workers of both versions."""
        self.new.programs.run("clock", "advance", "3d")
        self.ann.bet(1500)
        for week in (self.ann, self.bob):
            week.stands(WEEK, "QUALIFIED")
        self.ann.go_to("week-end")
        eventually(lambda: self.new.site.club(ANN)["week"]["isoWeek"] == NEXT_WEEK, "the next week opens")
        self.ann.go_to("grace-end")
        for week in (self.ann, self.bob):
            week.stands(WEEK, "CREDITED")
        self.agree(WEEK)
        self.agree(NEXT_WEEK)
        assert sorted(self.old.credits().values()) == [1, 1]

    def finish_and_go_back(self) -> None:
        """Stop the last release; later start it again, stop this one, and close a week with it alone."""
        self.old.stop(*PROCESSES)
        later = RehearsedWeek(self.new.site, self.new.programs, ANN)
        later.bet(2000)
        later.has_staked(NEXT_WEEK, 2000)
        self.old.start(*PROCESSES)
        eventually(self.old.is_complete, "the last release serves again")
        self.agree(NEXT_WEEK)
        self.new.stop(*PROCESSES)
        self.ann.bet(500)
        self.ann.stands(NEXT_WEEK, "QUALIFIED")
        self.ann.go_to("week-end")
        self.ann.go_to("grace-end")
        self.ann.stands(NEXT_WEEK, "CREDITED")
        assert sorted(self.old.credits().values()) == [1, 1, 1]

    def agree(self, week: str) -> None:
        """Wait until both gateways say the same about each customer's week."""

        def seen(version: Installation) -> list[Any]:
            return [RehearsedWeek(version.site, self.new.programs, one).club(week) for one in (ANN, BOB)]

        eventually(lambda: seen(self.old) == seen(self.new), f"both versions show the same of {week}")

    def all_shared(self) -> bool:
        """Return whether each consumer's group has two members, and each of them has partitions."""
        admin = AdminClient({"bootstrap.servers": self.old.site.kafka})
        groups = admin.describe_consumer_groups([f"furlong-{name}" for name in DATABASES])
        members = [group.result().members for group in groups.values()]
        return all(
            len(each) == 2 and all(member.assignment.topic_partitions for member in each) for each in members
        )

    def nobody_has_ended(self) -> None:
        """Check that all processes work which were neither stopped nor killed."""
        for version in (self.old, self.new):
            ended = [name for name, one in version.running.items() if one.poll() is not None]
            assert ended == [], version.programs.logs()


def test_both_versions_work_together_through_an_upgrade_and_back(
    mariadb: PrivateMariadb, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each bet counts once, each reward is credited once, both gateways say the same, and no process ends."""
    folder = tmp_path_factory.mktemp("versions")
    code = released_code(folder / "code")
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    load = Load(SEED, began=MONDAY_MORNING)
    with (
        rehearsed_installation(mariadb, folder / "old", customers=(ANN, BOB), code=code) as old,
        installation_beside(old, folder / "new") as new,
    ):
        ann, bob = (RehearsedWeek(old.site, new.programs, one) for one in (ANN, BOB))
        versions = Versions(old, new, load, ann, bob)
        with betting(load, old.site.kafka):
            versions.upgrade_databases()
            versions.work_together()
        each_bet_counts_once(new, load)
        versions.close_a_week()
        versions.nobody_has_ended()
        versions.finish_and_go_back()
        versions.nobody_has_ended()
        each_bet_counts_once(old, load)


def join(site: Site, customer: str) -> list[Any]:
    """Let a customer join the club; return the errors."""
    terms = site.club(customer)["terms"]["version"]
    errors: list[Any] = site.change("OptIn", customer, termsVersion=terms)["errors"]
    return errors


def choose(site: Site, customer: str, option: str, *, version: int) -> list[Any]:
    """Let a customer choose a reward, knowing a version of the choice; return the errors."""
    errors: list[Any] = site.change("ChangeReward", customer, optionId=option, expectedVersion=version)[
        "errors"
    ]
    return errors
