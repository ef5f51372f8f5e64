"""Customers who deposit and withdraw by the graph, and repeat requests until they know the outcome."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.payments.payment import Direction
from tests.torture.asking_customers import PAUSE_SECONDS, AskingCustomers

CURRENCY: Final = "GBP"
ANSWER_SECONDS: Final = 60.0
PAID: Final = """errors { code } redirectUrl payment { id state amount { minor } }"""
DEPOSIT: Final = f"mutation ($input: DepositInput!) {{ answer: deposit(input: $input) {{ {PAID} }} }}"
WITHDRAW: Final = f"mutation ($input: WithdrawInput!) {{ answer: withdraw(input: $input) {{ {PAID} }} }}"
LIMIT: Final = "mutation ($input: SetLimitInput!) { answer: setLimit(input: $input) { errors { code } } }"
DECLINE: Final = (
    "mutation ($input: DeclineLimitInput!) { answer: declineLimit(input: $input) { errors { code } } }"
)
EXCLUDE: Final = (
    "mutation ($input: SelfExcludeInput!) { answer: selfExclude(input: $input) { errors { code } } }"
)
SUBMITTED: Final = {httpx.codes.SEE_OTHER, httpx.codes.FOUND}
AT_THE_PAGE: Final = ("pays", "pays", "pays", "asks", "refuses", "declined", "declined then pays", "later")
"""What customers do at a processor's page."""


@dataclass
class Wanted:
    """What a customer has asked for.

    Attributes:
        payment_id: What the graph has answered; "" if there is no payment, or nobody knows yet.
        codes: Why not.
    """

    owner: Owner
    direction: Direction
    method: str
    amount: int
    payment_id: str = ""
    codes: tuple[str, ...] = ()


@dataclass
class PayingCustomers(AskingCustomers):
    """Customers.

    Attributes:
        customers: Who they are.
        accounts: The bank accounts that customers can withdraw to, as ids of destinations.
        limited: Those who set limits, or exclude themselves.
        wanted: What they have asked for, by key, once it is known what became of it.
        pages: Where somebody may still pay: whose it is, and the address.
        paid: How often customers did what at pages.
    """

    customers: Sequence[Owner]
    accounts: dict[Owner, str]
    seed: int
    limited: frozenset[Owner] = frozenset()
    wanted: dict[str, Wanted] = field(default_factory=dict)
    pages: list[tuple[Owner, str]] = field(default_factory=list)
    paid: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> int:
        """Return how many requests customers know the outcome of."""
        return len(self.wanted)

    @property
    def owners(self) -> dict[str, Owner]:
        """Return whose payments are, by the payments' ids."""
        return {wanted.payment_id: wanted.owner for wanted in self.wanted.values() if wanted.payment_id}

    async def begin(self, http: httpx.AsyncClient) -> None:
        """Let customers say whether they want a limit, without which nobody deposits."""
        for number, owner in enumerate(self.customers):
            key = {"brand": owner.brand, "idempotencyKey": f"limit-{number}"}
            if owner in self.limited:
                limit = {"kind": "DEPOSIT_DAY", "currency": CURRENCY, "amountMinor": 20_000}
                answer = await self.asked(http, owner, LIMIT, key | limit)
            else:
                answer = await self.asked(http, owner, DECLINE, key)
            assert answer["errors"] == [], answer

    async def act(self, name: str, http: httpx.AsyncClient, stopping: asyncio.Event) -> None:
        """Deposit, withdraw and repeat, until told to stop."""
        chance, number = random.Random(f"{self.seed} {name}"), 0  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            number += 1
            owner, key = chance.choice(self.customers), f"{name}-{number}"
            deed = chance.choice(["deposit"] * 4 + ["withdraw", "withdraw", "to account", "repeat"])
            if deed == "repeat" and self.wanted:
                key = chance.choice(sorted(self.wanted))
                await self._repeat(http, key, self.wanted[key])
            elif deed == "deposit":
                method = chance.choice(["card", "other-card"])
                wanted = Wanted(owner, Direction.DEPOSIT, method, chance.randrange(500, 6_000, 10))
                url = await self._want(http, key, wanted)
                if url:
                    await self._at_the_page(http, owner, url, chance)
            else:
                method = "back" if deed != "to account" else f"bank:{self.accounts[owner]}"
                wanted = Wanted(owner, Direction.WITHDRAWAL, method, chance.randrange(500, 4_000, 10))
                await self._want(http, key, wanted)

    async def exclude(self, http: httpx.AsyncClient, owner: Owner) -> None:
        """Let a customer exclude themselves."""
        key = {"brand": owner.brand, "idempotencyKey": f"exclude-{owner.customer}"}
        answer = await self.asked(http, owner, EXCLUDE, key | {"months": 12})
        assert answer["errors"] == [], answer

    async def submit(self, http: httpx.AsyncClient, url: str, **form: str) -> None:
        """Do something at a processor's page, again until the processor has taken it."""
        while True:
            try:
                if (await http.post(url, data=form)).status_code in SUBMITTED:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(PAUSE_SECONDS)

    async def _want(self, http: httpx.AsyncClient, key: str, wanted: Wanted) -> str:
        """Ask for a payment; return where the customer pays, "" if nowhere."""
        answer = await self._answer(http, key, wanted)
        wanted.codes = tuple(error["code"] for error in answer["errors"])
        if answer["payment"] is not None:
            wanted.payment_id = answer["payment"]["id"]
            assert answer["payment"]["amount"]["minor"] == wanted.amount
        self.wanted[key] = wanted
        return answer["redirectUrl"] or ""

    async def _repeat(self, http: httpx.AsyncClient, key: str, wanted: Wanted) -> None:
        """Ask by a key again: it is the same payment."""
        answer = await self._answer(http, key, wanted)
        if wanted.payment_id:
            assert answer["payment"]["id"] == wanted.payment_id, (key, answer)
        elif answer["payment"] is not None:  # nothing was written down when it was asked for first
            wanted.payment_id = answer["payment"]["id"]

    async def _answer(self, http: httpx.AsyncClient, key: str, wanted: Wanted) -> Any:
        given = {
            "brand": wanted.owner.brand,
            "methodId": wanted.method,
            "amountMinor": wanted.amount,
            "currency": CURRENCY,
            "idempotencyKey": key,
        }
        query = DEPOSIT if wanted.direction is Direction.DEPOSIT else WITHDRAW
        return await self.asked(http, wanted.owner, query, given)

    async def _at_the_page(
        self, http: httpx.AsyncClient, owner: Owner, url: str, chance: random.Random
    ) -> None:
        """Pay, or not, or later."""
        deed = chance.choice(AT_THE_PAGE)
        self.paid[deed] += 1
        match deed:
            case "pays":
                await self.submit(http, url, deed="pay", card="pays")
            case "asks":
                await self.submit(http, url, deed="pay", card="asks")
                await self.submit(http, url, deed="confirm")
            case "refuses":
                await self.submit(http, url, deed="pay", card="asks")
                await self.submit(http, url, deed="refuse")
            case "declined" | "declined then pays":
                await self.submit(http, url, deed="pay", card="insufficient_funds")
            case _:
                pass
        if deed == "declined then pays":
            await self.submit(http, url, deed="pay", card="pays")
        if deed in {"refuses", "declined", "later"}:
            self.pages.append((owner, url))
