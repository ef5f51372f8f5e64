"""The features of a gateway: imports those that its settings switch on, and asks each for its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.feature import Core, Feature, Version, VersionParts, joined
from gateway.feature_list import FEATURES
from gateway.feature_settings import Entry, imported
from gateway.settings import GatewaySettings


class InstalledFeatures:
    """The features of one gateway, for all versions of its graph."""

    def __init__(self, core: Core) -> None:
        """Install the features that the settings switch on.

        Raises:
            ValueError: A feature cannot be imported, or its settings contradict one another.
        """
        self._core = core
        self._installed: dict[str, Feature] = {}
        for entry in _switched_on(core.settings):
            self._install(entry)

    def of(self, version: Version) -> VersionParts:
        """Return what all features add to a version.

        Raises:
            SupergraphError: A feature's settings do not fit the supergraph.
            ValueError: Two features claim what only one may do, or a feature needs a restart.
        """
        parts = [(name, feature.of(version)) for name, feature in self._used(version.settings)]
        # Around calls other people's are outermost: they see cached responses, and calls that are refused.
        own = {entry.name for entry in FEATURES}
        outermost = sorted(parts, key=lambda part: part[0] in own)
        return replace(joined(parts), calls=tuple(call for _, each in outermost for call in each.calls))

    def _used(self, settings: GatewaySettings) -> Iterator[tuple[str, Feature]]:
        for entry in _switched_on(settings):
            yield entry.name, self._installed.get(entry.name) or self._install(entry)

    def _install(self, entry: Entry) -> Feature:
        feature = imported(entry.feature)()
        if not isinstance(feature, Feature):
            raise ValueError(f"{entry.feature} is not a gateway.feature.Feature.")  # noqa: TRY004
        feature.install(self._core)
        self._installed[entry.name] = feature
        return feature


def _switched_on(settings: GatewaySettings) -> Iterator[Entry]:
    for entry in settings.entries:
        if settings.parts[entry.name].is_on:
            yield entry
