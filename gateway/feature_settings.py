"""The settings of features: a nested model for each, read from `FURLONG_GATEWAY__FEATURE__NAME` variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, ClassVar, Final, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from foundation.late_imports import imported

GROUP: Final = "furlong.gateway.features"
"""The group of entry points by which an installed package offers a feature."""


class Entry(NamedTuple):
    """Where a feature is; only its settings are imported unless they switch it on.

    Attributes:
        name: Its name: that of its folder, and of its settings.
        feature: The feature, `MODULE:CLASS` of a `gateway.feature.Feature`, or of what returns one.
        settings: Its settings, `MODULE:CLASS` of a `FeatureSettings`; without any, it is on. Every start
            imports the module.
        commands: What adds its commands to `furlong gateway`, `MODULE:FUNCTION` of a typer application;
            empty for none. Every start of the command line imports the module.
        instructions: How many instructions of Python it adds to a request with three calls of subgraphs that
            uses it, as `make bench BENCH=features` counts them; None if nobody has counted.
    """

    name: str
    feature: str
    settings: str = "gateway.feature_settings:FeatureSettings"
    commands: str = ""
    instructions: int | None = None


class UnknownFeature(ValueError):
    """A feature that settings name is not there."""


def named_entry(name: str) -> Entry:
    """Return the entry of other people's feature.

    Args:
        name: The name of an entry point, or the place of an `Entry` as `MODULE:NAME`.

    Raises:
        UnknownFeature: No package offers such a feature, it cannot be imported, or it is not an `Entry`.
    """
    if ":" in name:
        try:
            found = imported(name)
        except ValueError as error:
            raise UnknownFeature(str(error)) from error
    else:
        offered = tuple(entry_points(group=GROUP, name=name))
        if not offered:
            raise UnknownFeature(f"No installed package offers the feature {name!r}.")
        found = offered[0].load()
    if not isinstance(found, Entry):
        raise UnknownFeature(f"{name} is not a gateway.feature.Entry.")
    return found


class FeatureSettings(BaseSettings):
    """The base of each feature's settings.

    Attributes:
        former: The names that its fields had as settings of the gateway itself, in lower case, by field.
            Variables of these names are still read, with a warning.
        reloaded: The fields that may change while the gateway serves; all others need a restart. A feature
            that they switch on may then only add to versions of the graph: it has no routes or background
            work.
    """

    former: ClassVar[Mapping[str, str]] = {}
    reloaded: ClassVar[frozenset[str]] = frozenset()

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    @property
    def is_on(self) -> bool:
        """Whether the feature is used at all; if not, it is not imported."""
        return True

    def is_used(self, gateway: BaseSettings) -> bool:
        """Return whether the feature is used with all settings of a gateway: by default, if it is on."""
        del gateway
        return self.is_on

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read variables by both names, in the environment first and then in the settings file."""
        del file_secret_settings
        variables = [each for each in (env_settings, dotenv_settings) if isinstance(each, EnvSettingsSource)]
        return (init_settings, *(_Variables(settings_cls, variable, cls.former) for variable in variables))


def gateway_prefix(prefix: str) -> str:
    """Return the prefix of the gateway's own variables: `FURLONG_GATEWAY_` for `FURLONG_GATEWAY__CORS__`."""
    return f"{prefix.partition('__')[0]}_"


def nested_prefix(prefix: str, feature: str) -> str:
    """Return the prefix of a feature's variables: `FURLONG_GATEWAY__CORS__` for `FURLONG_GATEWAY_`."""
    return f"{prefix}_{feature.upper()}__"


class _Variables(PydanticBaseSettingsSource):
    """Variables of a feature by their names, or else by their former names."""

    def __init__(
        self, settings_cls: type[BaseSettings], source: EnvSettingsSource, former: Mapping[str, str]
    ) -> None:
        super().__init__(settings_cls)
        self._source = source
        self._former = former

    def __call__(self) -> dict[str, Any]:
        """Return the values that are set, by field.

        Raises:
            SettingsError: A value is not JSON.
        """
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, variable, _ = self.get_field_value(field, name)
            if value is None:
                continue
            try:
                # The environment's own source also decodes optional models.
                found[name] = self._source.prepare_field_value(name, field, value, value_is_complex=False)
            except ValueError as error:
                raise SettingsError(f"{variable}: its value is not JSON") from error
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return a variable's value, which is None if it is not set, and its name."""
        del field
        for variable in self._names(field_name):
            value = self._source.env_vars.get(variable.lower())
            if value is not None:
                return value, variable, False
        return None, field_name, False

    def _names(self, field: str) -> Iterator[str]:
        prefix = self._source.env_prefix
        yield f"{prefix}{field}".upper()
        if field in self._former:
            yield f"{gateway_prefix(prefix)}{self._former[field]}".upper()
