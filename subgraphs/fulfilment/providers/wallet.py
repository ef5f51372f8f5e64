"""The adapter of external wallets: cash and bonus money, over signed HTTP, one transaction id a credit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

import httpx

from subgraphs.fulfilment.providers.bonus_provider import read_journal
from subgraphs.fulfilment.providers.provider import Answer, JournalEntry, Verdict
from subgraphs.fulfilment.providers.provider_client import Check, Line, Question, Reply
from subgraphs.fulfilment.providers.response_parsing import OK, verdict_of
from subgraphs.fulfilment.providers.signing import SIGNATURE, Signer
from subgraphs.fulfilment.state.reward import Credit

TRANSACTIONS: Final = "/v1/transactions"


@dataclass(frozen=True, slots=True)
class WalletProvider:
    """A wallet that others run. The fulfilment's key is the transaction's id, in every attempt."""

    line: Line

    async def credit(self, credit: Credit) -> Answer:
        """Looks whether the customer has an account in the currency, then credits it."""
        balance = _balance_verdict(await self.line.ask(Question("GET", _balance(credit))), credit)
        if balance is not None:
            return balance
        body = _transaction(credit)
        reply = await self.line.ask(Question("POST", TRANSACTIONS, body, credit.key))
        return verdict_of(reply, body)

    async def inquire(self, credit: Credit) -> Answer:
        """Asks what became of a transaction."""
        reply = await self.line.ask(Question("GET", f"{TRANSACTIONS}/{credit.key}"))
        return verdict_of(reply, _transaction(credit))

    async def cancel(self, credit: Credit) -> Answer:
        """Rolls a transaction back before it happens: its id is refused ever after.

        One that has happened already stays: the wallet then says so.
        """
        body = {"transaction_id": credit.key, "unpaid_only": True}
        reply = await self.line.ask(Question("POST", "/v1/rollbacks", body, f"rollback-{credit.key}"))
        return verdict_of(reply, {})

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """All credits of a day.

        Raises:
            JournalUnavailable: it cannot be read.
        """
        return await read_journal(self.line, TRANSACTIONS, day, _entry)

    async def close(self) -> None:
        """Closes the connections."""
        await self.line.close()


def answer_check(signer: Signer) -> Check:
    """Checks that an answer is the wallet's, to the very request it came on."""

    def check(request: httpx.Request, response: httpx.Response, body: bytes) -> None:
        signer.check_answer(response.headers, request.headers[SIGNATURE], response.status_code, body)

    return check


def _transaction(credit: Credit) -> Mapping[str, Any]:
    reward = credit.reward
    return {
        "transaction_id": credit.key,
        "type": "credit",
        "brand": credit.club.brand,
        "customer": credit.club.customer,
        "fund": "cash" if reward.is_cash else "bonus",
        "amount_minor": reward.value_minor,
        "currency": reward.currency,
        "wagering_multiple": reward.wagering_multiple,
        "valid_days": None if reward.is_cash else reward.expiry_days,
    }


def _balance(credit: Credit) -> str:
    brand, customer = (quote(part, safe="") for part in credit.club.owner)
    return f"/v1/brands/{brand}/customers/{customer}/balance"


def _balance_verdict(reply: Reply | None, credit: Credit) -> Answer | None:
    """Why nothing should be sent; None when all is well."""
    if reply is None:
        return Answer(Verdict.UNKNOWN, code="NO_BALANCE")
    if reply.status != OK:
        answer = verdict_of(reply, {})
        return Answer(Verdict.REFUSED, code="NO_ACCOUNT") if answer.verdict is Verdict.ABSENT else answer
    if reply.content.get("currency") != credit.reward.currency:
        return Answer(Verdict.REFUSED, code="WALLET_CURRENCY")
    return None


def _entry(entry: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        key=entry["transaction_id"],
        brand=entry["brand"],
        customer=entry["customer"],
        kind="cash" if entry["fund"] == "cash" else "casino_bonus",
        value_minor=entry["amount_minor"],
        spins=None,
        currency=entry["currency"],
    )
