"""The adapter for game platforms: free spins and casino bonuses."""

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
        "operator": credit.club.brand,
        "player": credit.club.customer,
        "award": reward.kind,
        "rounds": reward.spins,
        "value": reward.value_minor,
        "currency": reward.currency,
        "wagering": reward.wagering_multiple,
        "valid_days": reward.expiry_days,
    }


def _decode_entry(entry: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        key=entry["key"],
        brand=entry["operator"],
        customer=entry["player"],
        kinds=(entry["award"],),
        value_minor=entry["value"],
        spins=entry["rounds"],
        currency=entry["currency"],
    )


ADAPTER: Final = AdapterDeclaration(
    name="games",
    sort=Payer.GAMES,
    create=bonus_providers(BonusFormat("/v1/awards", _encode, _decode_entry)),
)
