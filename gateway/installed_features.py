"""The features of a gateway: imports those that its settings switch on, and asks each for its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from foundation.late_imports import imported
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.settings import GatewaySettings
from gateway.settings.feature_list import FEATURES
from gateway.settings.feature_settings import Entry


class InstalledFeatures:
    """The features of one gateway, for all versions of its graph.

    Attributes:
        core: What they have added to.
    """

    def __init__(self, core: Core, given: Sequence[Feature] = ()) -> None:
        """Install the application's features, and then those that the settings switch on.

        Raises:
            ValueError: A feature cannot be imported, or its settings contradict one another.
        """
        self.core = core
        self._given = [(type(feature).__name__, feature) for feature in given]
        self._installed: dict[str, Feature] = {}
        for feature in given:
            feature.install(core)
        for entry in _switched_on(core.settings):
            self._install(entry)

    def reached(self, version: Version) -> Version:
        """Return a version whose subgraphs are called as all features say.

        Raises:
            SupergraphError: A feature's settings do not fit the supergraph.
            ValueError: A feature needs a restart.
        """
        for _, feature in self._used(version.settings):
            version = replace(version, transports=feature.transports(version))
        return version

    def of(self, version: Version) -> list[tuple[str, VersionParts]]:
        """Return what all features add to a version, with their names, in the order in which it is called.

        Raises:
            SupergraphError: A feature's settings do not fit the supergraph.
            ValueError: A feature needs a restart.
        """
        parts = [(name, feature.of(version)) for name, feature in self._used(version.settings)]
        own = {entry.name for entry in FEATURES}
        observing = [(name, part) for name, part in parts if part.probe is not None]
        ours = [(name, part) for name, part in parts if part.probe is None and name in own]
        others = [(name, part) for name, part in parts if part.probe is None and name not in own]
        # Around calls other people's are outside of ours: they see cached responses and refused calls.
        around = [(name, VersionParts(calls=part.calls)) for name, part in others]
        return [*observing, *around, *ours, *((name, replace(part, calls=())) for name, part in others)]

    def _used(self, settings: GatewaySettings) -> Iterator[tuple[str, Feature]]:
        yield from self._given
        for entry in _switched_on(settings):
            yield entry.name, self._installed.get(entry.name) or self._install(entry)

    def _install(self, entry: Entry) -> Feature:
        feature = imported(entry.feature)()
        if not isinstance(feature, Feature):
            raise ValueError(f"{entry.feature} is not a gateway.feature.Feature.")  # noqa: TRY004
        feature.install(self.core)
        self._installed[entry.name] = feature
        return feature


def _switched_on(settings: GatewaySettings) -> Iterator[Entry]:
    for entry in settings.entries:
        if settings.parts[entry.name].is_used(settings):
            yield entry
