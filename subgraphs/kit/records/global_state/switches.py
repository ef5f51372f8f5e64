"""The kill switches that are on, read from the global messages of a subgraph."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state.kinds import GlobalKind, SwitchScope


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """What is switched off for a brand.

    Attributes:
        whole_brand: Whether the whole club of the brand is paused.
        rewards: The ids of rewards that are switched off.
    """

    whole_brand: bool = False
    rewards: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KillSwitches:
    """Reads switches; each method is one SELECT over a few rows."""

    table: Table

    async def off(self, connection: AsyncConnection, brand: str) -> SwitchedOff:
        """Return what is switched off for a brand."""
        states = await self._on(connection, (brand, ALL_BRANDS))
        rewards = (str(state["name"]) for _, state in states if state["scope"] == SwitchScope.REWARD.value)
        whole = any(state["scope"] == SwitchScope.BRAND.value for _, state in states)
        return SwitchedOff(whole, frozenset(rewards))

    async def brands_off(self, connection: AsyncConnection, brands: Collection[str]) -> frozenset[str]:
        """Return the brands, of these, that are switched off."""
        states = await self._on(connection, (*brands, ALL_BRANDS))
        found = {brand for brand, state in states if state["scope"] == SwitchScope.BRAND.value}
        return frozenset(brands) if ALL_BRANDS in found else frozenset(found)

    async def providers_off(self, connection: AsyncConnection) -> frozenset[str]:
        """Return the providers that are switched off."""
        states = await self._on(connection, (ALL_BRANDS,))
        return frozenset(
            str(state["name"]) for _, state in states if state["scope"] == SwitchScope.PROVIDER.value
        )

    async def _on(
        self, connection: AsyncConnection, brands: Collection[str]
    ) -> list[tuple[str, dict[str, object]]]:
        c = self.table.c
        wanted = (c.kind == GlobalKind.SWITCH.value, c.brand_id.in_(sorted(set(brands))))
        rows = await connection.execute(select(c.brand_id, c.state).where(*wanted))
        return [(row.brand_id, row.state) for row in rows if row.state and row.state["off"]]
