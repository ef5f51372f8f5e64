"""Selects the content that a version of a reward is shown with: its own, never a text of other terms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class ContentIndex:
    """The published content of a catalogue, by the version that it belongs to.

    Content names its version, or else belongs to the first version of its reward. Versions with the same
    terms share content, because a text that is true of one is true of the other. The first version in another
    currency or for another product replaces no version: it is shown with the reward's content until a version
    of that currency and product has its own.
    """

    def __init__(self, configs: Iterable[RewardConfig], contents: Iterable[RewardContent]) -> None:
        """Sort content by reward and version."""
        versions = defaultdict[str, list[RewardConfig]](list)
        for config in sorted(configs, key=lambda config: config.version):
            versions[config.reward_id].append(config)
        first = {reward_id: version[0].version for reward_id, version in versions.items()}
        self._versions: Mapping[str, list[RewardConfig]] = versions
        self._written = defaultdict[str, dict[int, list[RewardContent]]](dict)
        texts = list(contents)
        for content in texts:
            if content.config_version is not None:
                by_version = self._written[content.reward_id]
                by_version.setdefault(content.config_version, []).append(content)
        for content in texts:
            if content.config_version is None:
                version = first.get(content.reward_id, 0)
                of_version = self._written[content.reward_id].setdefault(version, [])
                if content.locale not in {content.locale for content in of_version}:
                    of_version.append(content)

    def own(self, config: RewardConfig) -> list[RewardContent]:
        """Return the content of a version, in all locales: its own, or else that of the same terms."""
        written = self._written.get(config.reward_id, {})
        if config.version in written:
            return written[config.version]
        versions = self._versions[config.reward_id]
        same = [other.version for other in versions if _terms(other) == _terms(config)]
        shared = next((written[version] for version in reversed(same) if version in written), [])
        return shared or self._of_other_audience(config, written)

    def _of_other_audience(
        self, config: RewardConfig, written: Mapping[int, list[RewardContent]]
    ) -> list[RewardContent]:
        versions = self._versions[config.reward_id]
        beside = [other for other in versions if _audience(other) == _audience(config)]
        if beside[0].version != config.version or any(other.version in written for other in beside):
            return []
        others = [other.version for other in versions if other.version in written]
        return written[others[-1]] if others else []

    def own_or_nearest(self, config: RewardConfig) -> list[RewardContent]:
        """Return the content of a version, else of the version before it, else of the next."""
        if own := self.own(config):
            return own
        written = self._written.get(config.reward_id, {})
        before = [version for version in written if version < config.version]
        nearest = max(before) if before else min(written, default=None)
        return [] if nearest is None else written[nearest]


def without_content(
    configs: Collection[RewardConfig], contents: Iterable[RewardContent], now: datetime
) -> tuple[RewardConfig, ...]:
    """Return the active versions that are not offered because no content describes their terms."""
    written = ContentIndex(configs, contents)
    return tuple(config for config in configs if _active(config, now) and not written.own(config))


def content_for(contents: Collection[RewardContent], locale: str, default_locale: str) -> RewardContent:
    """Return the content of a version in the wanted locale, else in the brand's default one, else in any."""
    by_locale = {
        content.locale: content for content in sorted(contents, key=lambda c: c.locale, reverse=True)
    }
    return by_locale.get(locale) or by_locale.get(default_locale) or list(by_locale.values())[-1]


def same_terms(configs: Collection[RewardConfig]) -> bool:
    """Return whether one text can be true of all these versions."""
    return len({_terms(config) for config in configs}) <= 1


def _active(config: RewardConfig, now: datetime) -> bool:
    ended = config.effective_to is not None and config.effective_to <= now
    return config.status == "active" and not config.recalled and not ended


def _audience(config: RewardConfig) -> tuple[str, str]:
    """Return the audience of a version; versions for other audiences do not replace it."""
    return config.currency, config.qualifying_product.value


def _terms(config: RewardConfig) -> RewardConfig:
    """Return the terms that a text may describe: all but where, when and whether the version is offered."""
    return replace(
        config,
        version=0,
        status="",
        jurisdictions=(),
        effective_from=_EPOCH,
        effective_to=None,
        recalled=False,
    )
