"""The rewards that a customer may choose from, and the one chosen: pure functions of the catalogue."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property

import msgspec

from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.kit.domain.keys import Owner
from subgraphs.rewards.catalogue.content import ContentIndex, content_for
from subgraphs.rewards.catalogue.law import impossible, lawful, no_trial
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig, RewardContent


class UnavailableReason(Enum):
    """Why an option is shown but cannot be chosen."""

    PAUSED = "PAUSED"
    BUDGET_SPENT = "BUDGET_SPENT"
    NOT_STARTED = "NOT_STARTED"
    ENDED = "ENDED"


class ChoiceNotice(Enum):
    """What a customer should know about their choice."""

    REWARD_WITHDRAWN = "REWARD_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Option:
    """A reward as shown to one customer."""

    config: RewardConfig
    content: RewardContent
    unavailable: UnavailableReason | None

    @property
    def id(self) -> OptionId:
        """Return the id in the graph."""
        return OptionId(self.config.brand, self.config.reward_id, self.config.version)


class StoredChoice(msgspec.Struct, frozen=True, gc=False):
    """A choice that the upstream confirmed; `version` counts from 1."""

    reward_id: str
    config_version: int
    version: int
    chosen_at: datetime


class Choice(msgspec.Struct, frozen=True, gc=False):
    """The choice of a week, made by the customer or by default."""

    option: Option
    version: int
    chosen_at: datetime | None
    is_default: bool
    notice: ChoiceNotice | None


@dataclass(frozen=True)
class Menu:
    """A brand's offer to a group of customers at an instant. Options are derived once.

    Attributes:
        contents: The published content, in all locales.
        locale: The customers' locale.
        spent: Ids of the rewards whose budget is spent.
        given_at: The instant whose law applies; None stands for `now`.
        on_trial: Whether the reward of the scheme's trial takes the place of the default one.
    """

    configs: tuple[RewardConfig, ...]
    contents: tuple[RewardContent, ...]
    scheme: Scheme
    jurisdiction: str
    locale: str
    default_locale: str
    now: datetime
    spent: frozenset[str] = frozenset()
    given_at: datetime | None = None
    on_trial: bool = False

    @cached_property
    def for_trial(self) -> "Menu":
        """Return the menu of customers who are drawn for the scheme's trial; this menu without a trial.

        Where the law forbids trials, nobody is offered the reward on trial, whoever made the scheme.
        """
        if self.scheme.trial_reward_id is None or no_trial(self.jurisdiction, self.given_at or self.now):
            return self
        return replace(self, on_trial=True)

    def of_customer(self, owner: Owner, groups: ControlGroups) -> "Menu":
        """Return the menu of a customer of this group, by the draw of the scheme's trial."""
        return self.for_trial if groups.on_trial(owner, self.scheme) else self

    def options(self) -> tuple[Option, ...]:
        """Return the options that are shown, by content position, then id.

        A version is absent if it is unlawful, impossible, withdrawn, without content of its own, or of
        another target or product than the scheme's. Paused, spent, not yet started and ended versions are
        shown, but are unavailable. In a trial, the reward of the other side is absent.
        """
        return self._options

    @cached_property
    def _options(self) -> tuple[Option, ...]:
        versions = defaultdict[str, list[RewardConfig]](list)
        for config in self.configs:
            offered = not _withdrawn(config) and self._fits(config) and self._lawful(config)
            if offered and impossible(config) is None and self._written.own(config):
                versions[config.reward_id].append(config)
        if (trial := self.scheme.trial_reward_id) is not None:
            takes_place = self.on_trial and trial in versions  # without it, nobody goes without the default
            versions.pop(str(self.scheme.default_reward_id) if takes_place else trial, None)
        newest = [self._offered(version) for version in versions.values()]
        shown = [self._option(config, self._written.own(config)) for config in newest]
        return tuple(sorted(shown, key=lambda option: (option.content.position, option.config.reward_id)))

    def choice(self, stored: StoredChoice | None) -> Choice | None:
        """Return the stored choice, or the scheme's default; None if there is neither.

        A choice whose reward has been withdrawn since is still valid, unless the reward was recalled or is no
        longer lawful. Then the default replaces it, with a notice to the customer. Neither depends on a
        budget: promises are kept.
        """
        if stored is None:
            return self._default(version=0, notice=None)
        option = self._kept.get((stored.reward_id, stored.config_version))
        if option is None:
            return self._default(version=stored.version, notice=ChoiceNotice.REWARD_WITHDRAWN)
        return Choice(option, stored.version, stored.chosen_at, is_default=False, notice=None)

    def withdrawn(self, option: OptionId) -> bool:
        """Return whether an option was withdrawn."""
        config = self._find(option.reward_id, option.version)
        return config is not None and _withdrawn(config)

    @cached_property
    def _kept(self) -> dict[tuple[str, int], Option]:
        """Return every version that may stand as a choice, whether it is offered now or not.

        Promises are kept, even if the version has no content of its own.
        """
        lawful_configs = (config for config in self.configs if self._lawful(config) and not config.recalled)
        texts = ((config, self._written.own_or_nearest(config)) for config in lawful_configs)
        return {
            (config.reward_id, config.version): self._option(config, contents)
            for config, contents in texts
            if contents
        }

    @cached_property
    def _written(self) -> ContentIndex:
        return ContentIndex(self.configs, self.contents)

    def _default(self, version: int, notice: ChoiceNotice | None) -> Choice | None:
        """Return the scheme's default as offered, or that of the trial, even if it is unavailable."""
        given = (self.scheme.default_reward_id, self.scheme.trial_reward_id)  # options have one of them
        option = next((o for o in self.options() if o.config.reward_id in given), None)
        return Choice(option, version, None, is_default=True, notice=notice) if option else None

    def _find(self, reward_id: str, version: int) -> RewardConfig | None:
        same = (c for c in self.configs if (c.reward_id, c.version) == (reward_id, version))
        return next(same, None)

    def _fits(self, config: RewardConfig) -> bool:
        scheme = self.scheme
        wanted = (scheme.qualifying_product, scheme.target_minor, scheme.currency)
        return (config.qualifying_product.value, config.target_minor, config.currency) == wanted

    def _lawful(self, config: RewardConfig) -> bool:
        return lawful(config, self.jurisdiction, self.given_at or self.now)

    def _offered(self, versions: Iterable[RewardConfig]) -> RewardConfig:
        """Return the newest version that has started, else the first that will."""
        ordered = sorted(versions, key=lambda config: config.version)
        started = [config for config in ordered if config.effective_from <= self.now]
        return started[-1] if started else ordered[0]

    def _option(self, config: RewardConfig, contents: Collection[RewardContent]) -> Option:
        content = content_for(contents, self.locale, self.default_locale)
        return Option(config, content, self._unavailable(config))

    def _unavailable(self, config: RewardConfig) -> UnavailableReason | None:
        if config.effective_from > self.now:
            return UnavailableReason.NOT_STARTED
        if _withdrawn(config) or (config.effective_to is not None and config.effective_to <= self.now):
            return UnavailableReason.ENDED
        if config.status == "paused":
            return UnavailableReason.PAUSED
        return UnavailableReason.BUDGET_SPENT if config.reward_id in self.spent else None


def locked(scheme: Scheme, week: Week, now: datetime) -> bool:
    """Return whether the choice of a week is locked."""
    return now >= scheme.locks_at(week)


def _withdrawn(config: RewardConfig) -> bool:
    return config.recalled or config.status == "withdrawn"
