"""Counts usage: a recorder around that of each operation and client, and work that writes the counts."""

from __future__ import annotations

from functools import partial

from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.usage.settings import UsageSettings
from gateway.features.usage.store import UsageStore
from gateway.features.usage.table import OperationReader, UsageTable


class Usage(Feature):
    """Counts which clients use which fields."""

    table: UsageTable

    def install(self, core: Core) -> None:
        """Open the store, and write to it while the gateway serves."""
        settings = core.settings.of(UsageSettings)
        if settings.file is None:
            raise ValueError("FURLONG_GATEWAY__USAGE__FILE names no file.")
        self.table = UsageTable(UsageStore(settings.file, settings.operations, settings.days))
        core.run_in_background(partial(self.table.keep_writing, settings.seconds))

    def of(self, version: Version) -> VersionParts:
        """Count the operations of a version by its schema."""
        reader = OperationReader(version.supergraph.public)
        return VersionParts(recorders=(partial(self.table.recorder, reader),))
