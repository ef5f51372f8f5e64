"""Caches menus until anything in them starts or ends, or a budget is spent."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import msgspec

from jit import SharedList
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.budgets import NO_REWARDS, NONE_SPENT, SpentRewards
from subgraphs.rewards.catalogue.law import LAWS
from subgraphs.rewards.catalogue.rewards import Catalogue
from subgraphs.rewards.menu.options import Choice, Menu, StoredChoice
from subgraphs.rewards.menu.reward_option import RewardOption

MAX_MENUS: Final = 1024
ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Audience(msgspec.Struct, frozen=True, gc=False):
    """The audience of a menu: all customers with the same values are shown the same options.

    Attributes:
        spent: The rewards whose budget is spent in the current week.
    """

    scheme: Scheme
    jurisdiction: str
    locale: str
    spent: frozenset[str] = NO_REWARDS


class ChosenOption(msgspec.Struct, frozen=True, gc=False):
    """A choice, and its option as shown in the graph."""

    choice: Choice
    option: RewardOption


@dataclass(frozen=True)
class CachedMenu:
    """A menu and its options as shown in the graph, valid in `[since, until)`."""

    menu: Menu
    since: datetime
    until: datetime
    _options: dict[tuple[str, int], RewardOption] = field(default_factory=dict, repr=False)

    @cached_property
    def options(self) -> list[RewardOption]:
        """Return the options, in order. The list never changes: other options make another menu."""
        return SharedList(RewardOption.of(option, self.menu.locale) for option in self.menu.options())

    def offered(self, on_break: Collection[str]) -> list[RewardOption]:
        """Return the options for a customer who takes a break of some products."""
        return [option for option in self.options if option.product.value not in on_break]

    def of_customer(self, owner: Owner, groups: ControlGroups) -> "CachedMenu":
        """Return the menu of a customer of this audience, by the draw of the scheme's trial."""
        return self._for_trial if groups.on_trial(owner, self.menu.scheme) else self

    @cached_property
    def _for_trial(self) -> "CachedMenu":
        return replace(self, menu=self.menu.for_trial)

    def choice(self, stored: StoredChoice | None) -> ChosenOption | None:
        """Return the stored choice, or the default; None if there is neither."""
        if stored is None:
            return self._default
        choice = self.menu.choice(stored)
        return self._with_option(choice) if choice else None

    @cached_property
    def _default(self) -> ChosenOption | None:
        choice = self.menu.choice(None)
        return self._with_option(choice) if choice else None

    def _with_option(self, choice: Choice) -> ChosenOption:
        config = choice.option.config
        option = self._options.get((config.reward_id, config.version))
        if option is None:
            option = RewardOption.of(choice.option, self.menu.locale)
            self._options[config.reward_id, config.version] = option
        return ChosenOption(choice, option)


@dataclass(frozen=True)
class MenuCache:
    """The menus of one brand's catalogue.

    Attributes:
        spent: The rewards whose budget was spent when the catalogue was read.
    """

    catalogue: Catalogue
    spent: SpentRewards = NONE_SPENT
    _menus: dict[tuple[int, str, str, frozenset[str]], CachedMenu] = field(
        default_factory=dict, repr=False, compare=False
    )

    def menu(self, brand: Brand, audience: Audience, now: datetime) -> CachedMenu:
        """Return the menu of an audience at an instant."""
        # The cached menu keeps its scheme alive, so that no other scheme gets the same id.
        key = (id(audience.scheme), audience.jurisdiction, audience.locale, audience.spent)
        menu = self._menus.get(key)
        if menu is None or not menu.since <= now < menu.until:
            if len(self._menus) >= MAX_MENUS:
                self._menus.clear()
            menu = self._menus[key] = self._compute(brand, audience, now)
        return menu

    def next_change(self, after: datetime) -> datetime:
        """Return the first instant after another at which anything starts or ends."""
        return min(instant for instant in self._instants if instant > after)

    def _compute(self, brand: Brand, audience: Audience, now: datetime) -> CachedMenu:
        menu = Menu(
            configs=self.catalogue.configs,
            contents=self.catalogue.contents(now),
            scheme=audience.scheme,
            jurisdiction=audience.jurisdiction,
            locale=audience.locale,
            default_locale=brand.default_locale,
            now=now,
            spent=audience.spent,
        )
        return CachedMenu(
            menu,
            since=max(instant for instant in self._instants if instant <= now),
            until=self.next_change(now),
        )

    @cached_property
    def _instants(self) -> frozenset[datetime]:
        """Return the instants at which anything starts or ends: no menu changes in between."""
        configs = self.catalogue.configs
        ends = (config.effective_to for config in configs if config.effective_to is not None)
        starts = (config.effective_from for config in configs)
        editions = (edition.since for edition in self.catalogue.editions)
        return frozenset((*ALWAYS, *starts, *ends, *editions, *(law.since for law in LAWS)))
