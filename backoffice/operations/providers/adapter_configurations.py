"""Changes the settings of adapters with a process of their own, in revisions as those of other providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from backoffice.operations.providers.adapter_document import (
    AdapterConfiguration,
    adapter_state,
    all_settings,
    parse_adapter_configuration,
    setting_changes,
)
from backoffice.operations.providers.configurations import Configurations
from backoffice.operations.providers.document import FieldChange
from backoffice.operations.providers.repository import OF_ADAPTERS, AdapterRevision, RevisionRepository
from consumers.messages.global_events.states import AdapterState

ADAPTER_KIND: Final = "operations.adapter"


@dataclass(frozen=True, slots=True)
class AdapterConfigurations(Configurations[AdapterConfiguration]):
    """The settings of adapters with a process of their own.

    Attributes:
        environment: What this process's environment says of them, by name.
    """

    kind: ClassVar[str] = ADAPTER_KIND
    action: ClassVar[str] = "operations.change_adapter"
    source: ClassVar[str] = "imported from the environment"
    repository: ClassVar[RevisionRepository[AdapterConfiguration]] = OF_ADAPTERS
    environment: Mapping[str, AdapterConfiguration]

    @property
    def imported(self) -> Mapping[str, AdapterConfiguration]:
        """Return what the environment says."""
        return self.environment

    def parse(self, fields: Mapping[str, Any], reason: str) -> AdapterConfiguration:
        """Return settings that the adapter's declaration allows."""
        return parse_adapter_configuration(fields, reason)

    def changes(self, before: AdapterConfiguration | None, after: AdapterConfiguration) -> list[FieldChange]:
        """Return the settings that differ."""
        return setting_changes(before, after)

    def proposed_changes(
        self, present: AdapterRevision | None, after: AdapterConfiguration
    ) -> list[FieldChange]:
        """Return the settings that differ; all of them where the adapter's process may have others so far."""
        if present is not None and self.is_imported(present):
            return all_settings(present.document, after)
        return self.changes(None if present is None else present.document, after)

    def state_of(self, document: AdapterConfiguration, revision: int) -> AdapterState:
        """Return the state that the adapter's process follows."""
        return adapter_state(document, revision)
