"""Menus that count how often their options are shown; only a process that counts uses them."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.served import ServedCounter, ServedItem, ServedTogether
from subgraphs.rewards.menu.menu_cache import Audience, CachedMenu, MenuCache
from subgraphs.rewards.menu.reward_option import RewardOption


def counting_reader(
    read: Callable[[str], Awaitable[MenuCache]], counter: ServedCounter
) -> Callable[[str], Awaitable[MenuCache]]:
    """Return a reader of the same menus, which count."""

    async def read_counted(brand: str) -> MenuCache:
        menus = await read(brand)
        return _CountedMenus(menus.catalogue, menus.spent, counter=counter)

    return read_counted


@dataclass(frozen=True)
class _CountedMenus(MenuCache):
    counter: ServedCounter = field(kw_only=True, compare=False, repr=False)

    def _compute(self, brand: Brand, audience: Audience, now: datetime) -> CachedMenu:
        menu = super()._compute(brand, audience, now)
        return _CountedMenu(menu.menu, menu.since, menu.until, counter=self.counter)


@dataclass(frozen=True)
class _CountedMenu(CachedMenu):
    counter: ServedCounter = field(kw_only=True, repr=False)

    @property
    def options(self) -> list[RewardOption]:
        """Return the options, and count them."""
        self.counter.count(self._counted)
        return super().options

    def offered(self, on_break: Collection[str]) -> list[RewardOption]:
        """Return what is left of the options, and count that."""
        self.counter.count(self._together(on_break))
        return [option for option in super().options if option.product.value not in on_break]

    @cached_property
    def _counted(self) -> ServedTogether:
        return self._together(())

    def _together(self, on_break: Collection[str]) -> ServedTogether:
        menu = self.menu
        items = (
            ServedItem(
                option.config.brand,
                menu.jurisdiction,
                menu.scheme.currency,
                option.config.reward_id,
                option.config.version,
                option.content.locale,
                option.content.revision,
            )
            for option in menu.options()
            if option.config.product.value not in on_break
        )
        return ServedTogether(tuple(items))
