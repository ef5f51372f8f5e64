"""No sequence of requests, timeouts, kills and replays makes the ledger differ from its model."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import asdict

from subgraphs.wallet.ledger.accounts import Account, AccountFlags
from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.ledger.reading import AccountFilter
from subgraphs.wallet.ledger.transfers import Transfer
from tests.subgraphs.wallet import requests
from tests.subgraphs.wallet.model import LedgerModel
from tests.support.examples import OUTER_LAYER, examples
from tests.support.kept_databases import KeptDatabases
from tests.support.wallet.ledgers import StoppedClock, account, limited, opened_database, opened_ledger

T = TypeVar("T")
SUMS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


class LedgerMachine(RuleBasedStateMachine):
    """Requests in any order, and all that may befall them."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.clock, self.model = StoppedClock(), LedgerModel()
        self.sent: list[list[Transfer]] = []
        self.number = 0
        self.database = self.run_now(self.stack.enter_async_context(opened_database(self.fresh_url())))
        self.ledger = self.run_now(self.stack.enter_async_context(opened_ledger(self.database, self.clock)))

    def fresh_url(self) -> str:
        """Return where no database is yet."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        return f"sqlite+aiosqlite:///{folder}"

    def run_now(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step to its end."""
        return self.runner.run(step)

    @initialize()
    def begin(self) -> None:
        """Most accounts exist, and customers have money."""
        history = AccountFlags.HISTORY
        self.ask_for_accounts(
            [account("house", history), limited("ann"), account("bob", history), limited("cat")]
        )
        funding = Transfer(
            id="funding",
            debit_account_id="house",
            credit_account_id="ann",
            amount=20,
            ledger=826,
            code=1,
        )
        self.ask_for_transfers([funding])

    @rule(asked=requests.accounts())
    def ask_for_accounts(self, asked: list[Account]) -> None:
        """Somebody asks for accounts."""
        results = self.run_now(self.ledger.create_accounts(asked))
        expected = self.model.create_accounts([asdict(one) for one in asked], self.clock.now)
        assert [(result.timestamp, result.status.value) for result in results] == expected

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Somebody asks for transfers."""
        self.ask_for_transfers(data.draw(requests.transfers(self.known())))

    def known(self) -> requests.Known:
        """Return what a request may refer to."""
        pending = [id_ for id_, how in self.model.standing.items() if how == "pending"]
        self.number += 10
        return requests.Known(self.model.transfers, pending, self.number)

    def ask_for_transfers(self, asked: list[Transfer]) -> None:
        """Ask for transfers, and compare the answer with the model's."""
        self.sent.append(asked)
        results = self.run_now(self.ledger.create_transfers(asked))
        assert [(result.timestamp, result.status.value) for result in results] == self.expected(asked)

    def expected(self, asked: list[Transfer]) -> list[tuple[int, str]]:
        """Let the model do the same."""
        return self.model.create_transfers([asdict(one) for one in asked], self.clock.now)

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """Somebody sends an earlier request again."""
        self.ask_for_transfers(data.draw(st.sampled_from(self.sent)))

    @rule(data=st.data())
    def reuse_ids(self, data: st.DataObject) -> None:
        """Somebody asks for something else under the ids of an earlier request."""
        self.ask_for_transfers(data.draw(requests.changed(data.draw(st.sampled_from(self.sent)))))

    @rule(data=st.data(), cut=st.sampled_from([0, 1, 2, 3, 4, 5, "lost", "unanswered", "unanswered"]))
    def be_killed(self, data: st.DataObject, cut: int | str) -> None:
        """The connection ends between two statements, before the commit, or before its answer."""
        asked = data.draw(requests.transfers(self.known()))
        self.sent.append(asked)
        if isinstance(cut, int):
            self.database.statements = cut
        else:
            self.database.commit = cut
        try:
            self.run_now(self.ledger.create_transfers(asked))
        except OSError:
            if cut == "unanswered":
                self.expected(asked)
        else:  # it needed fewer statements
            self.expected(asked)
        self.database.statements = None

    @rule(microseconds=st.sampled_from([1, 7, 999_999, 1_000_000, 2_500_000]))
    def time_passes(self, microseconds: int) -> None:
        """The database's clock goes on."""
        self.clock.now += microseconds

    @rule(data=st.data(), beside=st.integers(-3, 1))
    def go_to_an_expiry(self, data: st.DataObject, beside: int) -> None:
        """The database's clock comes near to the instant at which something expires."""
        ends = [
            ends_at
            for id_ in sorted(self.model.standing)
            if (ends_at := self.model._expires_at(id_)) is not None and ends_at > self.clock.now + 3
        ]
        if ends:
            self.clock.now = data.draw(st.sampled_from(ends)) + beside

    @rule(limit=st.integers(1, 3))
    def sweep(self, limit: int) -> None:
        """What has expired is ended, a few at a time."""
        ended = self.run_now(self.ledger.expire_pending(limit))
        assert len(ended) == self.model.expire(limit, self.clock.now)

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        """All accounts, transfers and balances are the model's."""
        accounts, transfers, balances = self.run_now(self._all())
        assert accounts == self.model.accounts
        assert transfers == self.model.transfers
        assert balances == {id_: kept for id_, kept in self.model.balances.items() if kept}

    async def _all(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        ids = {one.id for request in self.sent for one in request}
        accounts = await self.ledger.lookup_accounts(requests.ACCOUNTS)
        transfers = await self.ledger.lookup_transfers(ids)
        balances = {
            id_: [
                (
                    row.timestamp,
                    row.debits_pending,
                    row.debits_posted,
                    row.credits_pending,
                    row.credits_posted,
                )
                for row in reversed(await self.ledger.get_account_balances(AccountFilter(id_)))
            ]
            for id_ in requests.ACCOUNTS
        }
        return (
            {account.id: asdict(account) for account in accounts},
            {transfer.id: asdict(transfer) for transfer in transfers},
            {id_: rows for id_, rows in balances.items() if rows},
        )

    @invariant()
    def nothing_is_lost_or_made(self) -> None:
        """In each ledger, debits are credits; no account is beyond its rule; the proof finds nothing."""
        accounts = self.run_now(self.ledger.lookup_accounts(requests.ACCOUNTS))
        for ledger in {one.ledger for one in accounts}:
            sums = [sum(getattr(one, name) for one in accounts if one.ledger == ledger) for name in SUMS]
            assert sums[:2] == sums[2:]
        for one in accounts:
            if one.flags & AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS:
                assert one.debits_pending + one.debits_posted <= one.credits_posted
            if one.flags & AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS:
                assert one.credits_pending + one.credits_posted <= one.debits_posted
        assert self.run_now(prove(self.database)) == []

    def teardown(self) -> None:
        """Each account's transfers are told in time, the newest first, a page at a time."""
        try:
            for id_ in requests.ACCOUNTS:
                expected = sorted(
                    (one["timestamp"], key)
                    for key, one in self.model.transfers.items()
                    if id_ in {one["debit_account_id"], one["credit_account_id"]}
                )
                assert self.run_now(self._paged(id_)) == expected[::-1]
        finally:
            self.run_now(self.stack.aclose())
            self.runner.close()

    async def _paged(self, id_: str) -> list[tuple[int, str]]:
        read: list[tuple[int, str]] = []
        until = 0
        while page := await self.ledger.get_account_transfers(
            AccountFilter(id_, timestamp_max=until, limit=3)
        ):
            read += [(one.timestamp, one.id) for one in page]
            until = page[-1].timestamp - 1
        return read


def machine_settings(max_examples: int) -> settings:
    """Return settings under which the machine's speed does not matter."""
    return settings(
        max_examples=max_examples, stateful_step_count=30, suppress_health_check=list(HealthCheck)
    )


def test_every_sequence_is_as_the_model_says() -> None:
    """On SQLite."""
    run_state_machine_as_test(LedgerMachine, settings=machine_settings(examples(40)))


@pytest.mark.mariadb
def test_every_sequence_is_as_the_model_says_on_mariadb(kept_on_mariadb: KeptDatabases) -> None:
    """On MariaDB, whose locks and SQL are another matter."""

    class OnMariadb(LedgerMachine):
        def fresh_url(self) -> str:
            return self.stack.enter_context(kept_on_mariadb.lent())

    run_state_machine_as_test(OnMariadb, settings=machine_settings(OUTER_LAYER))
