"""The gateway's settings: the only place that reads its environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeVar

from pydantic import PrivateAttr
from pydantic_settings import SettingsConfigDict

from foundation.late_imports import imported
from gateway.caching.settings import CacheSettings
from gateway.clients.settings import AddressSettings, ClientSettings
from gateway.feature_list import FEATURES
from gateway.feature_settings import Entry, FeatureSettings, named_entry, nested_prefix
from gateway.monitoring.settings import MonitoringSettings
from gateway.settings.chosen_features import ChosenFeatures
from gateway.settings.documents import DocumentSettings, ResponseSettings
from gateway.settings.http import HttpSettings
from gateway.settings.live import LiveSettings
from gateway.settings.planning import PlanningSettings
from gateway.settings.subgraphs import MaskingSettings, SubgraphSettings
from gateway.sources.settings import ReloadSettings
from gateway.tls.settings import TlsSettings

__all__ = ["GatewaySettings"]

Part = TypeVar("Part", bound=FeatureSettings)


class _ReadFirst(ChosenFeatures):
    """What is read before all other settings."""

    model_config = SettingsConfigDict(extra="ignore")


class GatewaySettings(
    ChosenFeatures,
    ReloadSettings,
    MonitoringSettings,
    ResponseSettings,
    MaskingSettings,
    SubgraphSettings,
    PlanningSettings,
    CacheSettings,
    ClientSettings,
    AddressSettings,
    DocumentSettings,
    LiveSettings,
    HttpSettings,
    TlsSettings,
):
    """The settings, read from `FURLONG_GATEWAY_…` variables of the environment.

    Each base class has the settings of one part of the core. The bases are listed in reverse, so that the
    fields appear in the order of a request. Each feature has settings of its own: see `of`.
    """

    model_config = SettingsConfigDict(env_prefix="FURLONG_GATEWAY_", frozen=True, hide_input_in_errors=True)

    _entries: tuple[Entry, ...] = PrivateAttr(default=())
    _parts: dict[str, FeatureSettings] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: Any) -> None:
        """Read the settings.

        Args:
            values: Values that take precedence over the environment, by field; those of a feature by its
                name, `cors={"origins": …}`, or each by the name that it had before features had settings of
                their own, `cors_origins=…`.

        Raises:
            ValidationError: A value is wrong.
            SettingsError: A value is not JSON.
            ValueError: There is no such feature.
        """
        chosen = {name: values[name] for name in ("features",) if name in values}
        prefix, file = self.model_config["env_prefix"], values.get("_env_file")
        where = {"_env_file": file, "_env_file_encoding": values.get("_env_file_encoding")}
        named = _ReadFirst(**chosen, **where, _env_prefix=prefix).features
        entries = (*FEATURES, *map(named_entry, named))
        models = {entry.name: imported(entry.settings) for entry in entries}
        own, nested = _divided(values, models)
        super().__init__(**own)
        self._entries = entries
        self._parts = {
            name: model(**nested.get(name, {}), **where, _env_prefix=nested_prefix(prefix, name))
            for name, model in models.items()
        }

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All features that may be switched on: ours, then those of others that the settings name."""
        return self._entries

    @property
    def parts(self) -> Mapping[str, FeatureSettings]:
        """The settings of each feature, by its name."""
        return self._parts

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
        own, nested = _divided(defaults, {name: type(each) for name, each in self._parts.items()})
        unset: dict[str, Any] = {name: own[name] for name in own.keys() - self.model_fields_set}
        for name, values in nested.items():
            is_set = self._parts[name].model_fields_set
            unset[name] = {field: value for field, value in values.items() if field not in is_set}
        return self.model_copy(update=unset)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, by the same names as in the constructor."""
        own, nested = _divided(update or {}, {name: type(each) for name, each in self._parts.items()})
        copied = super().model_copy(update=own, deep=deep)
        # A new dictionary: the copy still refers to that of the original.
        copied._parts = {  # noqa: SLF001 - of another object of this class
            name: part.model_copy(update=nested[name]) if name in nested else part
            for name, part in self._parts.items()
        }
        return copied

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Return what a representation shows; secrets are hidden by their types."""
        return (*super().__repr_args__(), *self._parts.items())


def _divided(
    values: Mapping[str, Any], models: Mapping[str, type[FeatureSettings]]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Divide values into the gateway's own, and those of each feature."""
    former = {flat: (name, field) for name, model in models.items() for field, flat in model.former.items()}
    own: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if name in models and isinstance(value, Mapping):
            nested.setdefault(name, {}).update(value)
        elif name in models and isinstance(value, FeatureSettings):
            nested.setdefault(name, {}).update(
                {field: getattr(value, field) for field in value.model_fields_set}
            )
        elif name in former:
            feature, field = former[name]
            nested.setdefault(feature, {})[field] = value
        else:
            own[name] = value
    return own, nested
