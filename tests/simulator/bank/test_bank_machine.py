"""Payments, returns, credits, faults, days, restarts in any order: statements add up to the books."""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from foundation.storage.clock import ManualClock
from simulator.bank.books import Books, NotPossible
from simulator.bank.faults import BankFaults
from simulator.bank.folders import OUTBOX, SENT, Folders
from simulator.bank.statements import NEWER, OLDER, Movement, MovementKind, Version
from simulator.bank.store import Store
from subgraphs.wallet.payments.bank.entries import Entry
from tests.simulator.bank.bank_customer import PaymentFile, send, statements
from tests.support.examples import examples
from tests.support.payments.bank_documents import OURS, THEIRS

OPENING: Final = 10_000
PARTS: Final = [f"p{number}" for number in range(8)]
FAULTS: Final = [
    "refuses",
    "drops",
    "late",
    "differs",
    "returns",
    "returns_later",
    "together",
    "together_bare",
    "twice",
]

parts = st.sampled_from(PARTS)
amounts = st.integers(1, 5_000)


class BankMachine(RuleBasedStateMachine):
    """A bank, its customer, and the customer's payers."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.clock = ManualClock(datetime(2026, 11, 20, 12, tzinfo=UTC))
        self.files = 0

    @initialize(version=st.sampled_from([OLDER, NEWER]))
    def begin(self, version: Version) -> None:
        """There is a bank with an account."""
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.version = version
        self.start()

    def start(self) -> None:
        """Let the bank begin with what is in its file."""
        self.store = Store(self.folder)
        self.books = Books(self.store, self.clock, BankFaults())
        self.folders = Folders(self.folder, self.books, self.version)
        self.folders.prepare()
        self.books.open_account(OURS, "EUR", OPENING)

    @rule(payments=st.dictionaries(parts, amounts, min_size=1, max_size=4), days=st.integers(-1, 2))
    def pay(self, payments: dict[str, int], days: int) -> None:
        """The customer sends a file."""
        self.files += 1
        day = self.books.today + timedelta(days=days)
        file = PaymentFile(message_id=f"m{self.files}", payments=payments, day=day)
        send(self.folder, f"{file.message_id}.xml", file.document())

    @rule()
    def look(self) -> None:
        """The bank looks into its outbox, and at its clock."""
        self.folders.look()

    @rule(amount=amounts, part=st.sampled_from(["", *PARTS]))
    def credit(self, amount: int, part: str) -> None:
        """Somebody pays, perhaps under one of our ids."""
        payment = Movement(
            reference="", kind=MovementKind.CREDIT, amount=amount, part=part, holder="Ann", account=THEIRS
        )
        self.books.credit(OURS, payment)

    @rule(amount=amounts)
    def charge(self, amount: int) -> None:
        """The bank takes what it charges."""
        self.books.charge(OURS, amount)

    @rule(part=parts, days=st.integers(0, 2))
    def come_back(self, part: str, days: int) -> None:
        """A payment comes back, if there is one."""
        try:
            self.books.send_back(part, "AC04", days=days)
        except NotPossible:
            return

    @rule(name=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def fault(self, name: str, times: int) -> None:
        """The bank does something wrong."""
        self.books.faults.arm(name, times)

    @rule(days=st.integers(1, 3))
    def pass_days(self, days: int) -> None:
        """Days go by, and the bank may not have looked at the clock yet."""
        self.clock.instant += timedelta(days=days)

    @rule()
    def close_day(self) -> None:
        """Somebody ends the day."""
        self.folders.close_day()

    @rule()
    def restart(self) -> None:
        """The bank is stopped, and begins again."""
        self.store.__exit__()
        self.start()

    @rule(days=st.integers(1, 3))
    def tell_again(self, days: int) -> None:
        """A statement is sent again, if there is one."""
        try:
            self.folders.write_again(self.books.today - timedelta(days=days))
        except NotPossible:
            return

    @invariant()
    def statements_add_up(self) -> None:
        """All statements can be read, follow one another, and are together what the bank has."""
        read = {statement.day_to: statement for statement in statements(self.folder)}
        entries: dict[str, Entry] = {}
        balance = OPENING
        for day in sorted(read):
            statement = read[day]
            assert statement.opening == balance
            balance = statement.closing
            for entry in statement.entries:
                assert entry.day == day
                assert entry.id not in entries
                entries[entry.id] = entry
        yesterday = self.books.today - timedelta(days=1)
        assert sum(entry.amount for entry in entries.values()) == balance - OPENING
        assert balance == self.books.balance(self.books.account(OURS), yesterday)
        if read:
            assert max(read) == yesterday
            assert len(read) == (max(read) - min(read)).days + 1

    @invariant()
    def nothing_comes_back_that_was_not_paid(self) -> None:
        """Each return is of a payment of its amount, and comes back once."""
        kept = {movement.seq: movement for movement in self.store.movements()}
        for movement in kept.values():
            if movement.returns is not None:
                paid = kept[movement.returns]
                assert paid.movement.amount == -movement.movement.amount
                assert paid.day is not None
                assert movement.day is not None
                assert paid.day <= movement.day

    @invariant()
    def each_file_is_taken_once(self) -> None:
        """A file is in the outbox or in `sent`, and under its id in the books once it is taken."""
        sent = {path.stem for path in (self.folder / SENT).iterdir()}
        waiting = {path.stem for path in (self.folder / OUTBOX).iterdir()}
        assert not sent & waiting
        assert len(sent) + len(waiting) == self.files
        assert sorted(file["message"] for file in self.store.files()) == sorted(sent)

    def teardown(self) -> None:
        """Close everything."""
        if hasattr(self, "store"):
            self.store.__exit__()
        self.stack.close()


def test_statements_add_up_to_the_books_in_any_order() -> None:
    """Whatever happens at a bank, its statements are complete and without contradiction."""
    run_state_machine_as_test(
        BankMachine,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
