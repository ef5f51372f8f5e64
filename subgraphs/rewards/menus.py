"""Menus worked out once, and kept until anything in them starts or ends, or a budget is spent."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import msgspec

from jit import SharedList
from subgraphs.kit.domain.schemes import Brand, Scheme
from subgraphs.rewards.budgets import NONE_SPENT, NOTHING, SpentRewards
from subgraphs.rewards.catalogue import Catalogue
from subgraphs.rewards.law import LAWS
from subgraphs.rewards.options import Choice, Menu, StoredChoice
from subgraphs.rewards.shown import RewardOption

MOST_MENUS: Final = 1024
ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Guest(msgspec.Struct, frozen=True, gc=False):
    """Whom a menu is for: all who have these in common are shown the same.

    Attributes:
        spent: the rewards whose budget of the guest's week is spent.
    """

    scheme: Scheme
    jurisdiction: str
    locale: str
    spent: frozenset[str] = NOTHING


class ChosenOption(msgspec.Struct, frozen=True, gc=False):
    """A choice, and its option as it is shown."""

    choice: Choice
    option: RewardOption


@dataclass(frozen=True)
class ReadyMenu:
    """A menu and how it is shown, good for `[since, until)`."""

    menu: Menu
    since: datetime
    until: datetime
    _shown: dict[tuple[str, int], RewardOption] = field(default_factory=dict, repr=False)

    @cached_property
    def options(self) -> list[RewardOption]:
        """The options, in order; a menu with others is another one."""
        return SharedList(RewardOption.of(option, self.menu.locale) for option in self.menu.options())

    def choice(self, stored: StoredChoice | None) -> ChosenOption | None:
        """The stored choice, or the default; None where there is neither."""
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
        option = self._shown.get((config.reward_id, config.version))
        if option is None:
            option = RewardOption.of(choice.option, self.menu.locale)
            self._shown[config.reward_id, config.version] = option
        return ChosenOption(choice, option)


@dataclass(frozen=True)
class Menus:
    """The menus of one brand's catalogue.

    Attributes:
        spent: what was spent when the catalogue was read.
    """

    catalogue: Catalogue
    spent: SpentRewards = NONE_SPENT
    _ready: dict[tuple[int, str, str, frozenset[str]], ReadyMenu] = field(
        default_factory=dict, repr=False, compare=False
    )

    def menu(self, brand: Brand, guest: Guest, now: datetime) -> ReadyMenu:
        """What a guest is shown at an instant."""
        # What is kept there keeps its scheme alive, so that no other has the same id.
        place = (id(guest.scheme), guest.jurisdiction, guest.locale, guest.spent)
        ready = self._ready.get(place)
        if ready is None or not ready.since <= now < ready.until:
            if len(self._ready) >= MOST_MENUS:
                self._ready.clear()
            ready = self._ready[place] = self._worked_out(brand, guest, now)
        return ready

    def _worked_out(self, brand: Brand, guest: Guest, now: datetime) -> ReadyMenu:
        menu = Menu(
            configs=self.catalogue.configs,
            contents=self.catalogue.contents(now),
            scheme=guest.scheme,
            jurisdiction=guest.jurisdiction,
            locale=guest.locale,
            default_locale=brand.default_locale,
            now=now,
            spent=guest.spent,
        )
        return ReadyMenu(
            menu,
            since=max(instant for instant in self._instants if instant <= now),
            until=min(instant for instant in self._instants if instant > now),
        )

    @cached_property
    def _instants(self) -> frozenset[datetime]:
        """When anything starts or ends: between two of them every menu stays as it is."""
        configs = self.catalogue.configs
        ends = (config.effective_to for config in configs if config.effective_to is not None)
        starts = (config.effective_from for config in configs)
        editions = (edition.since for edition in self.catalogue.editions)
        return frozenset((*ALWAYS, *starts, *ends, *editions, *(law.since for law in LAWS)))
