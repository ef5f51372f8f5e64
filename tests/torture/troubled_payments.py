"""What others do while customers pay: banks, processors and their faults, finance, and those who exclude."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from uuid import uuid4

import httpx
from confluent_kafka import Producer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.database import Database
from simulator.payments.api import KEY
from simulator.payments.webhooks import SECRET
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.topics import PAYMENT_SCHEMA, PAYMENT_TOPIC
from tests.support.consumers.sample_messages import account
from tests.torture.killed_payments import PROCESSORS, KilledPayments
from tests.torture.paying_customers import PayingCustomers

PART: Final = "furlong_part"
PAUSE_SECONDS: Final = 0.3
MAX_REPLAYS: Final = 6
"""How often a processor says everything again: each time, that is more."""

CALLS: Final = (
    *("error", "error_after", "error_kept", "unavailable", "too_many", "timeout_before", "timeout_after"),
    *("reset_before", "reset_after", "garbage", "garbage_after", "slow"),
)
COUNTED: Final = (
    *("lost", "duplicates", "wrong_order", "wrong_signature", "unknown_members", "missing_member"),
    *("refund_refused", "refund_fails", "refund_returns", "payout_refused", "payout_fails", "payout_returns"),
)
LASTING: Final = ("silence", "refuse", "delay")
DEEDS: Final = (
    *("call", "call", "counted", "counted", "lasting", "dispute", "decide", "refund", "late"),
    *("rotate", "replay", "account", "exclude"),
)


@dataclass
class Troubles:
    """What troubles payments.

    Attributes:
        database: Where withdrawals wait for finance.
        happened: How often what has happened.
        secrets: The webhooks' secret of each processor.
        decisions: What finance has decided first about each withdrawal.
        revisions: Of account messages.
    """

    killed: KilledPayments
    customers: PayingCustomers
    database: Database
    http: httpx.AsyncClient
    producer: Producer
    seed: int
    happened: Counter[str] = field(default_factory=Counter)
    secrets: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PROCESSORS, SECRET))
    decisions: dict[str, str] = field(default_factory=dict)
    revisions: "count[int]" = field(default_factory=lambda: count(2))

    async def go_on(self, stopping: asyncio.Event) -> None:
        """Make trouble until told to stop."""
        chance = random.Random(f"{self.seed} troubles")  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            deed, processor = chance.choice(DEEDS), chance.choice(PROCESSORS)
            try:
                if await self._do(deed, processor, chance):
                    self.happened[deed] += 1
            except httpx.HTTPError:  # the processor was killed
                pass
            await asyncio.sleep(PAUSE_SECONDS)

    async def decide(self, stopping: asyncio.Event) -> None:
        """Let people of finance decide about withdrawals until told to stop, sometimes twice."""
        chance = random.Random(f"{self.seed} finance")  # noqa: S311 - repeatable on purpose
        while not stopping.is_set():
            for row in await self.reviewed():
                if row.payment_id in self.decisions:
                    continue
                first = chance.choice(["approve", "approve", "reject"])
                self.decisions[row.payment_id] = first
                also = [] if chance.random() < 0.7 else [chance.choice(["approve", "reject"])]
                for kind in [first, *also]:
                    self._decided(row, kind)
                    self.happened[kind] += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def reviewed(self) -> list[Any]:
        """Return the withdrawals that wait for a person; none while that cannot be known."""
        table = PAYMENTS.payment
        waiting = select(table).where(table.c.state == PaymentState.REVIEW.value)
        try:
            async with self.database.read() as connection:
                return list(await connection.execute(waiting))
        except (SQLAlchemyError, OSError):
            return []

    async def state(self, processor: str) -> dict[str, Any]:
        """Return what a processor believes."""
        answer = await self.http.get(f"{self.killed.control(processor)}/state")
        answer.raise_for_status()
        return dict(answer.json())

    async def control(self, processor: str, path: str, method: str = "POST", **more: Any) -> httpx.Response:
        """Ask a processor for a fault, or for what others decide."""
        return await self.http.request(method, f"{self.killed.control(processor)}/{path}", **more)

    async def post(self, processor: str, path: str, **form: str) -> httpx.Response:
        """Do something at a processor with our key, but not as the product does it."""
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": uuid4().hex}
        url = f"{self.killed.api(processor)}/{path}"
        return await self.http.post(url, data=form, headers=headers)

    async def get(self, processor: str, path: str, **query: str) -> dict[str, Any]:
        """Read something at a processor with our key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = await self.http.get(f"{self.killed.api(processor)}/{path}", params=query, headers=headers)
        answer.raise_for_status()
        return dict(answer.json())

    async def _do(self, deed: str, processor: str, chance: random.Random) -> bool:
        """Do something; return whether it could be done."""
        match deed:
            case "call":
                params = {"amount": 1, "method": chance.choice(["GET", "POST", "POST"])}
                await self.control(processor, f"faults/{chance.choice(CALLS)}", params=params)
            case "counted":
                amount = chance.randint(1, 3)
                await self.control(processor, f"faults/{chance.choice(COUNTED)}", params={"amount": amount})
            case "lasting":
                seconds = chance.uniform(0, 2)
                await self.control(processor, f"faults/{chance.choice(LASTING)}", params={"amount": seconds})
            case "dispute" | "refund":
                return await self._take_back(deed, processor, chance)
            case "decide":
                return await self._decide_dispute(processor, chance)
            case "late":
                return await self._pay_late(chance)
            case "rotate":
                await self._rotate(processor)
            case "replay":
                return await self._replay(processor)
            case "account":
                self._change_account(chance)
            case _:
                return await self._exclude(chance)
        return True

    async def _take_back(self, deed: str, processor: str, chance: random.Random) -> bool:
        """Let a bank, or somebody there, take a charge back, also before we know that it is paid."""
        owners, charges = self.customers.owners, []
        for charge in (await self.state(processor))["charges"]:
            owner = owners.get(charge["metadata"].get(PART, "").partition("-")[0])
            if charge["paid"] and owner is not None and owner not in self.customers.limited:
                charges.append(charge)
        if not charges:
            return False
        charge = chance.choice(charges[-4:])
        if deed == "dispute":
            answer = await self.control(processor, "disputes", params={"charge": charge["id"]})
        else:
            amount = str(chance.randint(1, charge["amount"]))
            answer = await self.post(processor, "refunds", charge=charge["id"], amount=amount)
        return answer.is_success

    async def _decide_dispute(self, processor: str, chance: random.Random) -> bool:
        disputes = [
            dispute
            for dispute in (await self.state(processor))["disputes"]
            if dispute["status"] == "needs_response"
        ]
        if not disputes:
            return False
        name, result = chance.choice(disputes)["id"], chance.choice(["won", "lost"])
        return (await self.control(processor, f"disputes/{name}/{result}")).is_success

    async def _pay_late(self, chance: random.Random) -> bool:
        """Let a customer pay after all, whatever has happened since."""
        if not self.customers.pages:
            return False
        _, url = self.customers.pages.pop(chance.randrange(len(self.customers.pages)))
        await self.customers.submit(self.http, url, deed="pay", card="pays")
        return True

    async def _replay(self, processor: str) -> bool:
        """Let a processor say everything again, a few times in all."""
        is_wanted = self.happened["replay"] < MAX_REPLAYS
        return is_wanted and (await self.control(processor, "replay")).is_success

    async def _rotate(self, processor: str) -> None:
        """Replace the secret of a processor's webhooks: both are right for a while."""
        former, new = self.secrets[processor], f"whsec_{uuid4().hex}"
        await self._sign_with(processor, former, new)
        for name, secret in ((f"{processor}-former", former), (f"{processor}-webhook", new)):
            draft = self.killed.secrets / f"{name}.new"
            draft.write_text(secret)
            draft.replace(self.killed.secrets / name)
        self.secrets[processor] = new
        await self._sign_with(processor, new)

    async def _sign_with(self, processor: str, *secrets: str) -> None:
        """Let a processor sign with secrets, asking until it has taken them."""
        while True:
            try:
                (await self.control(processor, "secrets", "PUT", json=secrets)).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    def _change_account(self, chance: random.Random) -> None:
        """Let a message say that a customer may not deposit, or may again."""
        owner = chance.choice(sorted(self.customers.limited))
        record = account(
            customer_id=owner.customer,
            revision=next(self.revisions),
            rg_state=chance.choice(["none", "none", "restricted", "self_excluded"]),
            occurred_at=_now(),
        )
        self.producer.produce(record.topic, record.value, record.key)
        self.producer.poll(0)

    async def _exclude(self, chance: random.Random) -> bool:
        """Let one customer of those who have limits exclude themselves; the others stay."""
        owner = min(self.customers.limited)
        if chance.random() < 0.9 or self.happened["exclude"]:
            return False
        await self.customers.exclude(self.http, owner)
        return True

    def _decided(self, row: Any, kind: str) -> None:
        """Send a decision of finance."""
        body = {
            "schema": PAYMENT_SCHEMA,
            "event_id": str(uuid4()),
            "brand_id": row.brand_id,
            "customer_id": row.customer_id,
            "kind": kind,
            "decision_id": uuid4().hex,
            "subject_id": row.payment_id,
            "reason": "as the seed says",
            "proposed_by": "Fay",
            "approved_by": "Finn",
            "decided_at": _now(),
        }
        self.producer.produce(PAYMENT_TOPIC, json.dumps(body).encode(), f"{row.brand_id}:{row.customer_id}")
        self.producer.poll(0)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
