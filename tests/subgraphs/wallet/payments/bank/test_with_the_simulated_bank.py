"""Our half of files and the simulated bank's, over one folder, with its faults, in any order."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from foundation.storage.clock import ManualClock
from simulator.bank.books import Books, NotPossible
from simulator.bank.faults import BankFaults
from simulator.bank.folders import Folders
from simulator.bank.statements import NEWER, OLDER, Movement, MovementKind, Version
from simulator.bank.store import Kept, Store
from subgraphs.wallet.payments.bank.adapter import BankProcessor
from subgraphs.wallet.payments.bank.arrivals import Arrival
from subgraphs.wallet.payments.bank.folders import FOLDERS
from subgraphs.wallet.payments.bank.reports import read_report
from subgraphs.wallet.payments.processor import Charge, PartKind, PartState, Payout, ReportLine
from tests.subgraphs.wallet.payments.played_bank import ANN, OURS, bank_options
from tests.support.examples import OUTER_LAYER

OPENING: Final = 50_000
FAULTS: Final = [
    *("refuses", "drops", "late", "differs", "returns", "returns_later"),
    *("together", "misses_line", "cut", "twice", "foreign", "reports"),
]
RETURNS, MISSES_LINE = FAULTS.index("returns"), FAULTS.index("misses_line")
REFUSES, REPORTS = FAULTS.index("refuses"), FAULTS.index("reports")
ONE_DAY: Final = timedelta(days=1)
MAX_DELAY: Final = 5
"""After so many days nothing is still to be booked."""


class House:
    """The house, its bank, its customers, and a person who asks the bank for statements again."""

    def __init__(self) -> None:
        self.loop, self.stack = asyncio.new_event_loop(), ExitStack()
        self.clock = ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
        self.payouts: list[Payout] = []
        self.charges: list[Charge] = []
        self.lines: list[ReportLine] = []
        self.refused = 0
        self.rejected: set[str] = set()
        self.believed_to = date.min
        self.read_to = self.clock.now().date()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something of ours."""
        return self.loop.run_until_complete(work)

    def begin(self, version: Version) -> None:
        """The account is there, and its first statement, with which all others go on, is read."""
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.store = self.stack.enter_context(Store(folder))
        self.books = Books(self.store, self.clock, BankFaults())
        self.bank = Folders(folder, self.books, version)
        self.bank.prepare()
        self.books.open_account(OURS, "EUR", OPENING)
        assert all((folder / name).is_dir() for name in FOLDERS)
        self.options = bank_options(folder, "EUR")
        self.processor = BankProcessor(self.options, self.clock.now)
        self.pass_days(1)
        self.read()

    def pay_out(self, amount: int) -> None:
        """A customer's money is sent."""
        number = len(self.payouts) + 1
        payout = Payout(id=f"w{number}", amount=amount, currency="EUR", holder="Ann Example", account=ANN)
        self.payouts.append(payout)
        assert self.run(self.processor.pay_out(payout)).state is PartState.PROCESSING

    def pay_out_again(self, pick: int) -> None:
        """What was asked for is asked for once more."""
        if self.payouts:
            self.run(self.processor.pay_out(self.payouts[pick % len(self.payouts)]))

    def deposit(self, amount: int) -> None:
        """A customer pays by a transfer, with what we told them to write."""
        number = len(self.charges)
        letters = "".join("abcdefghij"[int(digit)] for digit in f"{number:026}")
        charge = Charge(
            id=f"p{letters}-c1",
            amount=amount,
            currency="EUR",
            brand="northbet",
            back_url="https://northbet.example/",
            language="en",
            expires_at=self.clock.now() + timedelta(days=60),
        )
        self.charges.append(charge)
        assert self.run(self.processor.begin(charge)).state is PartState.OPEN
        self._credit(amount, charge.id.replace("-", " ").upper())

    def pay_for_something_else(self, amount: int) -> None:
        """Somebody pays for we know not what."""
        self._credit(amount, "as agreed")

    def _credit(self, amount: int, words: str) -> None:
        credit = Movement(
            reference="",
            kind=MovementKind.CREDIT,
            amount=amount,
            holder="Ann Example",
            account=ANN,
            remittance=words,
        )
        self.books.credit(OURS, credit)

    def come_back(self, pick: int) -> None:
        """A payment comes back, if the bank has made it, at once or later."""
        if self.payouts:
            with suppress(NotPossible):
                self.books.send_back(self.payouts[pick % len(self.payouts)].id, days=pick % 3)

    def fault(self, pick: int) -> None:
        """The bank does something wrong."""
        self.books.faults.arm(FAULTS[pick % len(FAULTS)])

    def look(self, _: int) -> None:
        """The bank takes what we have sent."""
        self.bank.look()

    def pass_days(self, days: int) -> None:
        """Days go by."""
        self.clock.instant += timedelta(days=days)
        self.bank.look()

    def restart(self, _: int) -> None:
        """Another process of ours begins, with nothing in memory."""
        self.processor = BankProcessor(self.options, self.clock.now)

    def read(self) -> None:
        """We read what came; all of it is asked for again, also what balances do not miss."""
        self._take_in()
        day = self.read_to + ONE_DAY
        while day < self.books.today:
            self.bank.write_again(day)
            day += ONE_DAY
        self._take_in()
        self.read_to = day - ONE_DAY
        told = [
            kept for kept in self.store.movements() if kept.day is not None and kept.day < self.books.today
        ]
        self._lines_are_the_books(told)
        self._parts_are_as_the_bank_says(told)

    def _take_in(self) -> None:
        async def hear(arrival: Arrival) -> None:
            if arrival.why:
                self.refused += 1
            elif arrival.statements:
                self.lines += arrival.lines
                self.believed_to = max(self.believed_to, arrival.day_to)

        reports = [file.read_bytes() for file in (self.bank.folder / "inbox").glob("report-*.xml")]
        self.rejected.update(status.part for report in reports for status in read_report(report))
        self.run(self.processor.take_in(hear))

    def _lines_are_the_books(self, told: list[Kept]) -> None:
        """Each movement is one line, and all lines are together what has become of the balance."""
        assert self.believed_to == self.books.today - ONE_DAY
        assert len({line.id for line in self.lines}) == len(self.lines)
        assert sorted(line.amount for line in self.lines) == sorted(kept.movement.amount for kept in told)
        balance = self.books.balance(self.books.account(OURS), self.believed_to)
        assert OPENING + sum(line.amount for line in self.lines) == balance

    def _parts_are_as_the_bank_says(self, told: list[Kept]) -> None:
        """A payout is done when booked, and failed when it came back or was refused; none is booked twice."""
        for payout in self.payouts:
            booked = [kept.movement.kind for kept in told if kept.movement.part == payout.id]
            assert booked.count(MovementKind.PAYMENT) <= 1
            expected = PartState.FAILED if payout.id in self.rejected else PartState.PROCESSING
            if MovementKind.PAYMENT in booked:
                expected = PartState.FAILED if MovementKind.RETURN in booked else PartState.DONE
            assert self.run(self.processor.ask(PartKind.PAYOUT, payout.id, "")).state is expected
        for charge in self.charges:
            paid = any(line.part == charge.id for line in self.lines)
            expected = PartState.DONE if paid else PartState.OPEN
            assert self.run(self.processor.ask(PartKind.CHARGE, charge.id, "")).state is expected
        deposits = [kept for kept in told if kept.movement.remittance.startswith("P")]
        assert len(deposits) == len([line for line in self.lines if line.part.startswith("p")])

    def close(self) -> None:
        """Close everything."""
        self.stack.close()
        self.loop.close()


DEEDS: Final = (
    *(House.pay_out, House.pay_out, House.pay_out_again, House.deposit, House.pay_for_something_else),
    *(House.come_back, House.fault, House.fault, House.look, House.restart),
)
deeds = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 1_000)), max_size=8)


@example(
    version=OLDER,
    days=[([(House.pay_out, 1), (House.fault, RETURNS), (House.fault, MISSES_LINE)], 1, False)],
)  # a day that is refused, and of which no balance tells
@example(
    version=NEWER,
    days=[([(House.pay_out, 1), (House.fault, REFUSES), (House.fault, REPORTS)], 1, True)],
)  # an order that is refused, and a report says so
@settings(max_examples=OUTER_LAYER, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    version=st.sampled_from([OLDER, NEWER]),
    days=st.lists(st.tuples(deeds, st.integers(1, 2), st.booleans()), min_size=1, max_size=5),
)
def test_we_know_what_the_bank_knows_in_any_order(
    version: Version, days: list[tuple[list[tuple[Callable[[House, int], None], int]], int, bool]]
) -> None:
    """Whatever the bank does wrong, nothing is paid twice, and what it has told once more is all known."""
    house = House()
    try:
        house.begin(version)
        for deeds_of_day, passing, reading in days:
            for deed, number in deeds_of_day:
                deed(house, number)
            house.pass_days(passing)
            if reading:
                house.read()
        house.pass_days(MAX_DELAY)
        house.read()
    finally:
        house.close()
