"""Files as banks write them, with one odd thing at any place: all that is sound is booked, once.

The ways are those of public samples and of reports about other programs that read them, in words of our own:
OCA's bank-statement-import 83, 233, 375, 385 and 976, and Odoo's 69107.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subgraphs.wallet.ledger.proof import prove
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.payment import PaymentState
from tests.subgraphs.wallet.credits_wallet import opened_dying
from tests.subgraphs.wallet.payments.bank.banked_wallet import BankedWallet, banked_wallet
from tests.subgraphs.wallet.payments.conftest import ANN
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.support.examples import OUTER_LAYER
from tests.support.payments.bank_documents import NEWER, OLDER, balance, document, entry, statement
from tests.support.wallet.ledgers import StoppedClock, opened_ledger

FEE: Final = 10
REVERSAL: Final = "<RvslInd>true</RvslInd>"
REFERENCES: Final = ("NONREF", "NOTPROVIDED", "NOT PROVIDED", "", " ", "000", "R1")
FIRST_DAY: Final = "2026-11-20"
"""What the written entries say; they are booked on the day that replaces it."""

Details: TypeAlias = Callable[[str, str], str]
"""Returns what `TxDtls` has, by what the payer wrote and the entry's amount."""


def _details(amounts: str = "", end_to_end: str = "NOTPROVIDED") -> Details:
    refs = f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>"
    return lambda words, amount: (
        f"{refs}{amounts.replace('AMOUNT', amount)}<RmtInf><Ustrd>{words}</Ustrd></RmtInf>"
    )


SOUND: Final[dict[str, Details]] = {
    "no amount": _details(),
    "instructed": _details('<AmtDtls><InstdAmt><Amt Ccy="GBP">AMOUNT</Amt></InstdAmt></AmtDtls>'),
    "the payer's currency": _details('<AmtDtls><TxAmt><Amt Ccy="SEK">99.99</Amt></TxAmt></AmtDtls>'),
    "before charges": _details('<AmtDtls><TxAmt><Amt Ccy="GBP">1AMOUNT</Amt></TxAmt></AmtDtls>'),
    "an empty id": _details(end_to_end=""),
}
"""How banks write the details of one transfer."""

ODD: Final[dict[str, tuple[str, int]]] = {
    "another currency": (entry("9.00", currency="USD"), 250),
    "a part of a penny": (entry("2.505", currency="GBP"), 250),
    "a sign": (entry("-2.50", "DBIT", currency="GBP"), -250),
    "no direction": (entry("2.50", "AWAY", currency="GBP"), -250),
    "nothing in it": ("<Ntry/>", 250),
    "an unknown element": (entry("2.50", "CRDT", "<New/>", currency="GBP"), 250),
    "a reference that is too long": (
        entry("2.50", currency="GBP", reference=f"<AcctSvcrRef>{'r' * 36}</AcctSvcrRef>"),
        250,
    ),
    "details that are not the entry together": (
        entry(
            "2.50",
            "DBIT",
            *(f'<AmtDtls><TxAmt><Amt Ccy="GBP">{amount}</Amt></TxAmt></AmtDtls>' for amount in ("1", "2")),
            currency="GBP",
        ),
        -250,
    ),
    "fewer details than it says": (
        entry("2.50", "CRDT", "<Refs/>", currency="GBP").replace(
            "<NtryDtls>", "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>"
        ),
        250,
    ),
    "no such day": (
        entry("2.50", currency="GBP", day="<BookgDt><Dt>-0001-01-01</Dt></BookgDt>"),
        250,
    ),
}
"""Entries, and what each has moved."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a bank writes of a day.

    Attributes:
        deposits: In which ways transfers of customers are written, each with the bank's reference.
        odd: Which odd entry there is, unless what came back is odd.
        place: Before which of the others it is.
        is_turned: Whether that is how what came back of the payout is written: as a debit, without a reason.
        version: In which message.
    """

    deposits: tuple[tuple[str, str], ...]
    odd: str
    place: int
    is_turned: bool
    version: str


days = st.builds(
    Day,
    deposits=st.lists(
        st.tuples(st.sampled_from(sorted(SOUND)), st.sampled_from(REFERENCES)), min_size=1, max_size=3
    ).map(tuple),
    odd=st.sampled_from(sorted(ODD)),
    place=st.integers(0, 5),
    is_turned=st.booleans(),
    version=st.sampled_from([OLDER, NEWER]),
)


class House:
    """A wallet with its bank, and what the bank has in its books."""

    def __init__(self, banked: BankedWallet) -> None:
        self.banked = banked
        self.balance = 0
        self.days = 0
        self.odd: list[int] = []

    async def plays(self, day: Day) -> None:
        """Let a day be written, read and compared: what is sound is booked once, and the odd is a case."""
        wallet = self.banked.played
        before = await wallet.cash(ANN)
        entries, brought = await self._deposits(day)
        entries += await self._comes_back(day)
        if not day.is_turned:
            entries.insert(min(day.place, len(entries)), ODD[day.odd])
            self.odd.append(ODD[day.odd][1])
        file = self._written(day, entries)
        for names in (("a.xml", "b.xml"), ("a.xml",)):
            for name in names:
                self.banked.bank.delivers(file, name)
            await self.banked.reads()
            assert await wallet.cash(ANN) == before + brought
        newest = (await self.banked.newest()).payment
        assert newest is not None
        assert newest.state is PaymentState.FAILED
        wallet.later(days=1)
        assert (await self.banked.compares(1)).different == 0
        rows = await wallet.rows(PAYMENTS.case)
        assert sorted((row.kind, row.amount_minor) for row in rows) == sorted(
            ("unreadable", amount) for amount in self.odd
        )
        assert sum(line.amount_minor for line in await wallet.rows(PAYMENTS.line)) == self.balance
        self.days += 1

    async def _deposits(self, day: Day) -> tuple[list[tuple[str, int]], int]:
        """Let Ann pay in by transfers; return their entries, and what they bring her."""
        entries, brought = list[tuple[str, int]](), 0
        for number, (way, reference) in enumerate(day.deposits):
            amount = 300 + number
            answer = await self.banked.played.deposit(ANN, f"{self.days} {number}", amount, "send")
            assert answer.instructions is not None
            text = SOUND[way](answer.instructions.reference, f"{amount / 100:.2f}")
            entries.append((entry(f"{amount / 100:.2f}", "CRDT", text, **_by(reference)), amount))
            brought += amount - FEE
        return entries, brought

    async def _comes_back(self, day: Day) -> list[tuple[str, int]]:
        """Let Ann withdraw, and the bank pay and get it back under one reference; return both entries."""
        self.banked.played.later(minutes=1)
        order = await self.banked.withdraws(500 + self.days)
        refs, amount = f"<Refs><EndToEndId>{order.part}</EndToEndId></Refs>", f"{order.amount / 100:.2f}"
        side = "DBIT" if day.is_turned else "CRDT"
        paid = entry(amount, "DBIT", refs, **_by("R1"))
        back = entry(amount, side, refs, reversal=REVERSAL, **_by("R1"))
        return [(paid, -order.amount), (back, order.amount)]

    def _written(self, day: Day, entries: list[tuple[str, int]]) -> bytes:
        opening, self.balance = self.balance, self.balance + sum(amount for _, amount in entries)
        today = str(self.banked.played.time.now().date())
        balances = [_balance("OPBD", opening), _balance("CLBD", self.balance)]
        texts = [text for text, _ in entries]
        if day.version == OLDER:
            texts = [text.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>") for text in texts]
        body = statement(*balances, *texts, currency="<Ccy>GBP</Ccy>")  # always S1: ids begin anew
        return document(body.replace(FIRST_DAY, today), version=day.version)


def _by(reference: str) -> dict[str, str]:
    return {"currency": "GBP", "reference": f"<AcctSvcrRef>{reference}</AcctSvcrRef>"}


def _balance(kind: str, amount: int) -> str:
    return balance(kind, f"{abs(amount) / 100:.2f}", "CRDT" if amount >= 0 else "DBIT", currency="GBP")


async def _played(played: list[Day]) -> None:
    clock = StoppedClock()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            opened_dying(f"sqlite+aiosqlite:///{folder}") as database,
            opened_ledger(database, clock) as ledger,
        ):
            wallet = PaymentsWallet(database, ledger, clock)
            house = House(await banked_wallet(wallet, Path(folder) / "bank"))
            for day in played:
                await house.plays(day)
                assert not await prove(database)


@settings(max_examples=OUTER_LAYER, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(played=st.lists(days, min_size=2, max_size=3))
def test_one_odd_thing_stops_nothing(played: list[Day]) -> None:
    """Each day has something odd at any place, and the next one is read; the ledger proves itself."""
    asyncio.run(_played(played))
