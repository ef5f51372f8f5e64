"""The rules alone, without a database, against the model: more sequences than a database has time for."""

from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from subgraphs.wallet.ledger.accounts import Account, AccountFlags
from subgraphs.wallet.ledger.chains import execute
from subgraphs.wallet.ledger.limits import BALANCE_MAX
from subgraphs.wallet.ledger.state import AccountState, LedgerState
from subgraphs.wallet.ledger.store import OF_TRANSFERS
from subgraphs.wallet.ledger.transfer_rules import create_transfer
from subgraphs.wallet.ledger.transfers import Transfer
from tests.subgraphs.wallet import requests
from tests.subgraphs.wallet.model import LedgerModel
from tests.support.examples import examples
from tests.support.wallet.ledgers import EURO, START, STERLING, account

ROUNDS = st.integers(8, 20)
SUMS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")
FLAGS = st.sampled_from(
    [
        *[0] * 2,
        int(AccountFlags.HISTORY),
        *[int(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS)] * 3,
        int(AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS | AccountFlags.HISTORY),
        int(AccountFlags.CLOSED),
    ]
)


class BothInMemory:
    """The rules and the model, on the same accounts."""

    def __init__(self, accounts: list[Account]) -> None:
        self.state = LedgerState({one.id: state_of(one) for one in accounts}, {}, set(), {})
        self.model = LedgerModel()
        for one in accounts:
            self.model.accounts[one.id] = asdict(one)
            self.model.balances[one.id] = []
        self.sent: list[list[Transfer]] = []
        self.at, self.number = START, 0

    def ask(self, data: st.DataObject) -> None:
        """Ask both for the same, and compare the answers and all that is there."""
        self.number += 10
        pending = [id_ for id_, how in self.model.standing.items() if how == "pending"]
        known = requests.Known(self.model.transfers, pending, self.number)
        asked = data.draw(requests.transfers(known))
        if self.sent and (again := data.draw(st.sampled_from([*["new"] * 4, "replay", "changed"]))) != "new":
            asked = data.draw(st.sampled_from(self.sent))
            asked = data.draw(requests.changed(asked)) if again == "changed" else asked
        self.sent.append(asked)
        expected = self.model.create_transfers_at([asdict(one) for one in asked], self.at)
        results = execute(asked, self.at, partial(create_transfer, self.state), self.state, OF_TRANSFERS)
        assert [(timestamp, status.value) for timestamp, status in results] == expected
        self.compare()
        self.at += data.draw(st.sampled_from([10, 10, 999_990, 2_000_000]))

    def compare(self) -> None:
        """Compare all that is there."""
        sums = {id_: {name: getattr(one, name) for name in SUMS} for id_, one in self.state.accounts.items()}
        assert sums == {id_: {name: one[name] for name in SUMS} for id_, one in self.model.accounts.items()}
        flags = {id_: one.flags for id_, one in self.state.accounts.items()}
        assert flags == {id_: one["flags"] for id_, one in self.model.accounts.items()}
        assert {id_: asdict(one) for id_, one in self.state.transfers.items()} == self.model.transfers
        assert [asdict(one) for one in self.state.created] == list(self.model.transfers.values())
        assert {id_: one.status for id_, one in self.state.pending.items()} == self.model.standing
        assert self.state.failed == self.model.failed.keys()
        kept: dict[str, list[Any]] = {id_: [] for id_ in self.model.balances}
        for id_, balance in self.state.balances:
            kept[id_].append(
                (
                    balance.timestamp,
                    balance.debits_pending,
                    balance.debits_posted,
                    balance.credits_pending,
                    balance.credits_posted,
                )
            )
        assert kept == self.model.balances


def state_of(one: Account) -> AccountState:
    """Return an account as a batch finds it."""
    return AccountState(**asdict(one), last_timestamp=one.timestamp)


@settings(max_examples=examples(150))
@given(st.lists(FLAGS, min_size=5, max_size=5), ROUNDS, st.data())
def test_the_rules_are_those_of_the_model(flags: list[int], rounds: int, data: st.DataObject) -> None:
    """Whatever is asked for, results, balances and what fails for ever are the same."""
    accounts = []
    for id_, flag in zip(requests.ACCOUNTS, flags, strict=True):
        has_more_debits = flag & AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS
        sums = {"debits_posted": 20, "credits_posted": 10}
        sums = sums if has_more_debits else {"debits_posted": 10, "credits_posted": 20}
        is_foreign = id_ == "eve" and data.draw(st.booleans())
        accounts.append(account(id_, flag, ledger=EURO if is_foreign else STERLING, **sums))
    both = BothInMemory(accounts)
    for _ in range(rounds):
        both.ask(data)


@settings(max_examples=examples(100))
@given(st.lists(st.integers(0, 4), min_size=8, max_size=8), st.data())
def test_no_sum_outgrows_its_column(gaps: list[int], data: st.DataObject) -> None:
    """Of sums near the greatest, each overflow is told by its own name, in its order."""
    halves = [BALANCE_MAX // 2 - gap for gap in gaps]
    accounts = [
        account(
            id_,
            **{name: data.draw(st.sampled_from([0, half, BALANCE_MAX - gap])) for name, half, gap in several},
        )
        for id_, several in (
            (id_, zip(SUMS, halves[at % 2 * 4 :], gaps[at % 2 * 4 :], strict=False))
            for at, id_ in enumerate(requests.ACCOUNTS)
        )
    ]
    both = BothInMemory(accounts)
    for _ in range(4):
        both.ask(data)
