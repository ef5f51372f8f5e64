"""The adapter for the platform's own wallet: free bets, bonuses and cash become accounts of its ledger.

It is no company's API: the wallet answers `subgraphs.kit.money_over_http.http_credits`, and remembers keys
for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import msgspec

from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind, paid_by
from subgraphs.fulfilment.providers.adapter import AdapterDeclaration, Authentication, parse_result
from subgraphs.fulfilment.providers.bonus_provider import read_pages
from subgraphs.fulfilment.providers.provider import CreditOutcome, CreditResult, JournalEntry
from subgraphs.fulfilment.providers.provider_client import ProviderClient, ProviderRequest, ProviderResponse
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.kit.credits import Credit as WalletCredit
from subgraphs.kit.credits import CreditKind
from subgraphs.kit.domain.products import Product
from subgraphs.kit.money_over_http.http_credits import (
    PATH,
    Ask,
    CreditsRequest,
    Give,
    ReadJournal,
    Withhold,
    WrittenCredit,
)

MAX_WAGERING: Final = 1
"""The wallet does not count wagering: what a bonus wins is cash once its stake was placed."""

KIND_OF: Final[Mapping[str, CreditKind]] = MappingProxyType(
    {
        RewardKind.FREE_BET: CreditKind.FREE_BET,
        RewardKind.CASINO_BONUS: CreditKind.BONUS,
        RewardKind.CASH: CreditKind.CASH,
    }
)
"""What a reward of each kind becomes; its terms follow from that (`subgraphs.kit.credits.TERMS`)."""


@dataclass(frozen=True, slots=True)
class HouseProvider:
    """The platform's own wallet. The fulfilment's key is the credit's id in every attempt."""

    client: ProviderClient

    async def credit(self, credit: Credit) -> CreditResult:
        """Ask for a credit."""
        if credit.reward.wagering_multiple > MAX_WAGERING:
            return CreditResult(CreditOutcome.REFUSED, code="WAGERING")
        return await self._result(credit, Give(_written(credit)))

    async def inquire(self, credit: Credit) -> CreditResult:
        """Ask for the state of a credit."""
        return await self._result(credit, Ask(_written(credit)))

    async def cancel(self, credit: Credit) -> CreditResult:
        """Ask that a credit never happen; one that has happened stays, and the wallet says so."""
        return await self._result(credit, Withhold(_written(credit)))

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """Return all credits of a day.

        Raises:
            subgraphs.fulfilment.errors.JournalUnavailable: The journal cannot be read.
        """

        async def page(after: str) -> ProviderResponse | None:
            return await self._send(ReadJournal(day, after))

        return await read_pages(page, day, _entry)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    async def _result(self, credit: Credit, request: Give | Ask | Withhold) -> CreditResult:
        response = await self._send(request, credit.key)
        return parse_result(response, request.credit.fields)

    async def _send(self, request: CreditsRequest, key: str | None = None) -> ProviderResponse | None:
        body: dict[str, Any] = msgspec.to_builtins(request)
        return await self.client.send(ProviderRequest("POST", PATH, body, key))


def _written(credit: Credit) -> WrittenCredit:
    reward, kind = credit.reward, KIND_OF[credit.reward.kind]
    return WrittenCredit.of(
        WalletCredit(
            id=credit.key,
            owner=credit.club.owner,
            currency=reward.currency,
            amount=reward.value_minor or 0,
            kind=kind,
            product=_product(reward, kind),
            valid_days=None if kind is CreditKind.CASH else reward.expiry_days,
        )
    )


def _product(reward: Reward, kind: CreditKind) -> Product | None:
    return None if kind is CreditKind.CASH else Product(reward.product)


def _entry(entry: Mapping[str, Any]) -> JournalEntry:
    written = msgspec.convert(entry, WrittenCredit)
    return JournalEntry(
        key=written.key,
        brand=written.brand,
        customer=written.customer,
        kinds=tuple(kind for kind in paid_by(Payer.HOUSE) if KIND_OF[kind] is written.kind),
        value_minor=written.amount,
        spins=None,
        currency=written.currency,
    )


ADAPTER: Final = AdapterDeclaration(
    name="house", sort=Payer.HOUSE, create=HouseProvider, authentication=Authentication.SIGNATURES
)
