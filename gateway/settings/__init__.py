"""The gateway's settings: the only place that reads its environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeVar

from pydantic import Field, PrivateAttr
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

from foundation.late_imports import imported
from gateway.settings.caches import CacheSettings
from gateway.settings.clients import AddressSettings, ClientSettings
from gateway.settings.execution import PlanExecution
from gateway.settings.feature_list import FEATURES
from gateway.settings.feature_settings import (
    Entry,
    FeatureSettings,
    UnknownFeature,
    named_entry,
    nested_prefix,
)
from gateway.settings.http import ConnectionLimits, HttpSettings
from gateway.settings.introspection import IntrospectionSettings
from gateway.settings.limits import Budget, DocumentLimits, ResponseLimits
from gateway.settings.live import LiveLimits
from gateway.settings.metrics import MetricsSettings, OperatorSettings
from gateway.settings.section import PREFIX, Section
from gateway.settings.sources import ReloadSettings, SupergraphSettings
from gateway.settings.subgraphs import MaskingSettings, SubgraphSettings
from gateway.settings.tls import TlsSettings

__all__ = ["CORE", "GatewaySettings", "ReadFirst", "sections"]

Part = TypeVar("Part", bound=FeatureSettings)


class ReadFirst(Section):
    """What is read before all other settings."""

    features: tuple[str, ...] = Field(
        default=(),
        description='Features from outside of the gateway, such as ["calls_header"], in the order in which '
        "they are called: the names under which installed packages offer them, or MODULE:NAME.",
    )
    settings_file: Path | None = Field(
        default=None,
        description="A file of additional settings, one NAME=VALUE per line; environment variables override "
        "it. Some settings can be changed there while the gateway serves.",
    )


class GatewaySettings(ReadFirst):
    """The settings, read from `FURLONG_GATEWAY_…` variables of the environment.

    Each field has the settings of one part of the core, in the order of a request. Each feature has settings
    of its own: see `of`.
    """

    tls: TlsSettings
    connections: ConnectionLimits
    http: HttpSettings
    live: LiveLimits
    limits: DocumentLimits
    introspection: IntrospectionSettings
    addresses: AddressSettings
    clients: ClientSettings
    caches: CacheSettings
    planner: Budget
    execution: PlanExecution
    subgraphs: SubgraphSettings
    masking: MaskingSettings
    responses: ResponseLimits
    operators: OperatorSettings
    metrics: MetricsSettings
    reload: ReloadSettings
    supergraph: SupergraphSettings

    _entries: tuple[Entry, ...] = PrivateAttr(default=())
    _parts: dict[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, *, _env_file: Path | None = None, **values: Any) -> None:
        """Read the settings.

        Args:
            _env_file: A file of variables; those of the environment take precedence.
            values: Values that take precedence over variables, by section or feature, `cors={"origins": …}`,
                or each by the name of its variable, `document_depth=…`, or by a former one.

        Raises:
            ValidationError: A value is wrong.
            SettingsError: A value is not JSON.
            ValueError: There is no such feature.
        """
        sources = (EnvSettingsSource(BaseSettings), DotEnvSettingsSource(BaseSettings, _env_file, "utf-8"))
        chosen = {name: values[name] for name in ReadFirst.model_fields.keys() & values.keys()}
        first = ReadFirst.read(sources, chosen)
        entries = (*FEATURES, *map(named_entry, first.features))
        all_sections = sections(entries)
        own, nested = _divided(values, all_sections)
        read = {
            name: section.model.read(sources, nested.get(name, {}), section.prefix)
            for name, section in all_sections.items()
        }
        super().__init__(**{**own, **dict(first), **{name: read.pop(name) for name in CORE}})
        self._entries = entries
        self._parts = read

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All features that may be switched on: ours, then those of others that the settings name."""
        return self._entries

    @property
    def parts(self) -> Mapping[str, FeatureSettings]:
        """The settings of each feature, by its name."""
        return self._parts

    @property
    def sections(self) -> Mapping[str, Section]:
        """All sections, those of features included, by name."""
        return {name: getattr(self, name) for name in CORE} | self._parts

    def of(self, model: type[Part]) -> Part:
        """Return the settings of one feature, by their class.

        Raises:
            LookupError: There is no such feature.
        """
        for part in self._parts.values():
            if isinstance(part, model):
                return part
        raise LookupError(f"No feature has {model.__name__}.")

    def with_defaults(self, defaults: Mapping[str, Any]) -> Self:
        """Return the settings, with other defaults where nothing is set."""
        _, nested = _divided(defaults, sections(self._entries))
        present = self.sections
        return self.model_copy(
            update={
                name: {
                    key: value for key, value in values.items() if key not in present[name].model_fields_set
                }
                for name, values in nested.items()
            }
        )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, by the same names as in the constructor."""
        own, nested = _divided(update or {}, sections(self._entries))
        changed = {name: self.sections[name].model_copy(update=values) for name, values in nested.items()}
        core = {name: changed.pop(name) for name in CORE.keys() & changed.keys()}
        copied = super().model_copy(update={**own, **core}, deep=deep)
        # A new dictionary: the copy still refers to that of the original.
        copied._parts = self._parts | changed  # noqa: SLF001 - of another object of this class
        return copied

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Return what a representation shows; secrets are hidden by their types."""
        return (*super().__repr_args__(), *self._parts.items())


class Located(NamedTuple):
    """A section, and what its variables begin with."""

    model: type[Section]
    prefix: str

    def by_any_variable(self) -> dict[str, str]:
        """Return the fields by their variables, also by the former names of these."""
        return self.model.by_variable(self.prefix) | self.model.by_former_variable()


CORE: Final[Mapping[str, type[Section]]] = {
    name: field.annotation
    for name, field in GatewaySettings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
"""The sections of the core, by name."""


def sections(entries: Iterable[Entry] = FEATURES) -> dict[str, Located]:
    """Return all sections by name: those of the core, then those of features.

    Raises:
        UnknownFeature: A feature has the name of a part of the core.
    """
    features = tuple(entries)
    if taken := sorted(CORE.keys() & {entry.name for entry in features}):
        raise UnknownFeature(f"A feature cannot be called {taken[0]!r}, like a part of the core: rename it.")
    core = {name: Located(model, model.prefix) for name, model in CORE.items()}
    return core | {
        entry.name: Located(imported(entry.settings), nested_prefix(entry.name)) for entry in features
    }


def _divided(
    values: Mapping[str, Any], among: Mapping[str, Located]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Divide values into those of no section, and those of each section."""
    places = {
        variable.removeprefix(PREFIX).lower(): (name, field)
        for name, section in among.items()
        for variable, field in section.by_any_variable().items()
    }
    own: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if name in among and isinstance(value, Mapping):
            nested.setdefault(name, {}).update(value)
        elif name in among and isinstance(value, Section):
            nested.setdefault(name, {}).update({key: getattr(value, key) for key in value.model_fields_set})
        elif name in places:
            section, field = places[name]
            nested.setdefault(section, {})[field] = value
        else:
            own[name] = value
    return own, nested
