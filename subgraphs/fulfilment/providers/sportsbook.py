"""The adapter for sportsbooks: free bets and bet boosts."""

from collections.abc import Mapping
from typing import Any, Final

from subgraphs.club_kit.domain.reward_kinds.kind import Payer
from subgraphs.fulfilment.providers.adapter import AdapterDeclaration
from subgraphs.fulfilment.providers.bonus_provider import BonusFormat, bonus_providers
from subgraphs.fulfilment.providers.provider import JournalEntry
from subgraphs.fulfilment.state.reward import Credit


def _encode(credit: Credit) -> Mapping[str, Any]:
    reward = credit.reward
    return {
        "brand": credit.club.brand,
        "customer": credit.club.customer,
        "type": reward.kind,
        "amount_minor": reward.value_minor,
        "currency": reward.currency,
        "valid_days": reward.expiry_days,
        "campaign": f"club:{credit.club.iso_week}:{reward.reward_id}:{reward.config_version}",
    }


def _decode_entry(entry: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        key=entry["key"],
        brand=entry["brand"],
        customer=entry["customer"],
        kinds=(entry["type"],),
        value_minor=entry["amount_minor"],
        spins=None,
        currency=entry["currency"],
    )


ADAPTER: Final = AdapterDeclaration(
    name="sportsbook",
    sort=Payer.SPORTSBOOK,
    create=bonus_providers(BonusFormat("/v1/bonuses", _encode, _decode_entry)),
)
