"""The types of adapters with a process in operations' part of the graph."""

from typing import Any

import strawberry
from strawberry.scalars import JSON

from backoffice.operations.providers.adapter_list import AdapterState
from backoffice.operations.providers.repository import AdapterRevision
from backoffice.operations.providers.setting_fields import setting_fields
from foundation.same_fields import with_fields_of
from providers.declaration import AdapterDeclaration
from subgraphs.kit.graphql.descriptions import described


@described
@strawberry.type
class ProviderSetting:
    """A setting of an adapter's process, as a form asks for it.

    Attributes:
        label: Its name in words, without its unit.
        unit: In which a number is; empty if it has none.
        help: What it means.
        kind: One of text, integer, number, boolean, texts and integers.
        optional: Whether it may be null.
        least: The least number; null if there is none.
        above: What a number has to be greater than; null if nothing.
        most: The greatest number; null if there is none.
        value: In force, as far as the back office knows.
        default: What holds if nothing is said.
    """

    name: str
    label: str
    unit: str
    help: str
    kind: str
    optional: bool
    least: float | None
    above: float | None
    most: float | None
    value: JSON | None
    default: JSON | None


@described
@strawberry.type
class ProviderProcess:
    """What the process of an adapter has told of itself.

    Attributes:
        revision: Of the settings that it uses; 1 for those of its environment, 0 if it has not told.
        source: Where they come from: approved, kept by an earlier process, or environment.
        unused: Why it does not use the settings in force; null if it does.
        items: How many markets, or other things with a state of their own, it keeps.
        delay_ms: How old the provider's last message was when it came, in milliseconds.
    """

    revision: int
    source: str
    unused: str | None
    items: int
    delay_ms: int


@described
@strawberry.type
class ProviderLimits:
    """What an adapter never exceeds, whatever its settings.

    Attributes:
        items: How many markets, or other things with a state of their own, it keeps; 0 if it keeps none.
        message_bytes: The longest message that it reads, in bytes.
    """

    items: int
    message_bytes: int


@strawberry.input
class AdapterSettingsInput:
    """All settings of an adapter with a process, by name; those that are left out have their defaults."""

    adapter: str
    settings: JSON

    @property
    def fields(self) -> dict[str, Any]:
        """Return the document's fields."""
        return {"name": self.adapter, "settings": self.settings}


@strawberry.input
class SubmitAdapterInput:
    """Settings for another person's approval, made from a revision."""

    revision: int
    configuration: AdapterSettingsInput
    reason: str


def settings_to_graphql(declared: AdapterDeclaration, present: AdapterRevision) -> list[ProviderSetting]:
    """Return the settings of an adapter with those in force."""
    fields = setting_fields(declared, present.document.settings)
    return [with_fields_of(ProviderSetting, field, kind=field.kind.value) for field in fields]


def process_to_graphql(state: AdapterState) -> ProviderProcess | None:
    """Return what an adapter's process has told; None if nothing."""
    told, used = state.told, state.used
    if told is None:
        return None
    revision, source = (0, "") if used is None else (used.revision, used.source)
    return with_fields_of(ProviderProcess, told, revision=revision, source=source, unused=state.unused)
