"""Each reward of the world that Furlong ships is credited by the simulated providers, in its currency."""

from pathlib import Path
from typing import Final

import pytest

from foundation.storage.clock import SystemClock
from furlong.demo.fulfilment import serving_demo_providers
from simulator.world import Brand, load_world
from simulator.world import Reward as Offered
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.providers.provider import CreditOutcome
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.state.reward import Credit, Reward, fulfilment_key

OFFERED: Final = [(brand, reward) for brand in load_world().brands for reward in brand.rewards]


def credit(brand: Brand, offered: Offered, customer: str) -> Credit:
    """Return the credit of a customer's reward."""
    club = ClubKey(brand.id, "2026-W13", customer)
    reward = Reward(
        reward_id=offered.id,
        config_version=offered.config_version,
        kind=offered.kind,
        product=offered.product,
        value_minor=offered.value_minor,
        spins=offered.spins,
        currency=offered.currency or brand.currency,
        expiry_days=offered.expiry_days,
        wagering_multiple=offered.wagering_multiple,
    )
    return Credit(fulfilment_key(club), club, reward)


@pytest.mark.parametrize(("brand", "offered"), OFFERED, ids=[f"{one.id}-{each.id}" for one, each in OFFERED])
async def test_each_reward_is_credited(brand: Brand, offered: Offered, tmp_path: Path) -> None:
    """Customers of the file and of the traffic get it, and none waits in review."""
    async with serving_demo_providers(tmp_path, SystemClock()) as providers:
        settings = providers.settings
        registry = ProviderRegistry.of(settings.read_providers(), settings, SystemClock())
        for customer in (brand.customers[0].id, brand.traffic_customers()[0].id):
            wanted = credit(brand, offered, customer)
            chosen = registry.provider_for(wanted)
            assert chosen is not None
            found = await chosen.provider.credit(wanted)
            assert found.outcome in {CreditOutcome.CREDITED, CreditOutcome.PENDING}, found
        await registry.close()
