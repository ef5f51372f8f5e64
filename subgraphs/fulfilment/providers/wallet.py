"""The adapter for external wallets: cash and bonus money over signed HTTP, one transaction a credit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind, paid_by
from subgraphs.fulfilment.providers.adapter import OK, AdapterDeclaration, Authentication, parse_result
from subgraphs.fulfilment.providers.bonus_provider import read_journal
from subgraphs.fulfilment.providers.provider import CreditOutcome, CreditResult, JournalEntry
from subgraphs.fulfilment.providers.provider_client import (
    ProviderClient,
    ProviderRequest,
    ProviderResponse,
)
from subgraphs.fulfilment.state.reward import Credit

TRANSACTIONS: Final = "/v1/transactions"


@dataclass(frozen=True, slots=True)
class WalletProvider:
    """A wallet that the operator runs. The fulfilment's key is the transaction id in every attempt."""

    client: ProviderClient

    async def credit(self, credit: Credit) -> CreditResult:
        """Check that the customer has an account in the currency, then ask for the credit."""
        balance = await self.client.send(ProviderRequest("GET", _balance_target(credit)))
        refusal = _refusal_by_balance(balance, credit)
        if refusal is not None:
            return refusal
        body = _transaction(credit)
        response = await self.client.send(ProviderRequest("POST", TRANSACTIONS, body, credit.key))
        return parse_result(response, body)

    async def inquire(self, credit: Credit) -> CreditResult:
        """Ask for the state of a transaction."""
        response = await self.client.send(ProviderRequest("GET", f"{TRANSACTIONS}/{credit.key}"))
        return parse_result(response, _transaction(credit))

    async def cancel(self, credit: Credit) -> CreditResult:
        """Roll a transaction back before it happens, so that its id is always refused afterwards.

        If it has happened already, it stays, and the wallet says so.
        """
        body = {"transaction_id": credit.key, "unpaid_only": True}
        request = ProviderRequest("POST", "/v1/rollbacks", body, f"rollback-{credit.key}")
        return parse_result(await self.client.send(request), {})

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """Return all credits of a day.

        Raises:
            subgraphs.fulfilment.errors.JournalUnavailable: The journal cannot be read.
        """
        return await read_journal(self.client, TRANSACTIONS, day, _decode_entry)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


def _transaction(credit: Credit) -> Mapping[str, Any]:
    reward = credit.reward
    return {
        "transaction_id": credit.key,
        "type": "credit",
        "brand": credit.club.brand,
        "customer": credit.club.customer,
        "fund": _fund(RewardKind.named(reward.kind)),
        "amount_minor": reward.value_minor,
        "currency": reward.currency,
        "wagering_multiple": reward.wagering_multiple,
        "valid_days": None if reward.is_cash else reward.expiry_days,
    }


def _fund(kind: RewardKind) -> str:
    """Return the fund of the wallet to which a kind of reward is credited."""
    return "cash" if kind.rules.own_money else "bonus"


def _balance_target(credit: Credit) -> str:
    brand, customer = (quote(part, safe="") for part in credit.club.owner)
    return f"/v1/brands/{brand}/customers/{customer}/balance"


def _refusal_by_balance(balance: ProviderResponse | None, credit: Credit) -> CreditResult | None:
    """Return why the credit should not be sent; None if it should."""
    if balance is None:
        return CreditResult(CreditOutcome.UNKNOWN, code="NO_BALANCE")
    if balance.status != OK:
        result = parse_result(balance, {})
        if result.outcome is CreditOutcome.ABSENT:
            return CreditResult(CreditOutcome.REFUSED, code="NO_ACCOUNT")
        return result
    if balance.content.get("currency") != credit.reward.currency:
        return CreditResult(CreditOutcome.REFUSED, code="WALLET_CURRENCY")
    return None


def _decode_entry(entry: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        key=entry["transaction_id"],
        brand=entry["brand"],
        customer=entry["customer"],
        kinds=tuple(kind for kind in paid_by(Payer.WALLET) if _fund(kind) == entry["fund"]),
        value_minor=entry["amount_minor"],
        spins=None,
        currency=entry["currency"],
    )


ADAPTER: Final = AdapterDeclaration(
    name="wallet", sort=Payer.WALLET, create=WalletProvider, authentication=Authentication.HMAC
)
