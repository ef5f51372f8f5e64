"""The settings of features: a nested model for each, read from `FURLONG_GATEWAY__FEATURE__NAME` variables."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final, NamedTuple

from pydantic import BaseModel

from foundation.late_imports import imported
from gateway.settings.section import PREFIX, Section

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
    settings: str = "gateway.settings.feature_settings:FeatureSettings"
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
            entry = imported(name)
        except ValueError as error:
            raise UnknownFeature(str(error)) from error
    else:
        offered = tuple(entry_points(group=GROUP, name=name))
        if not offered:
            raise UnknownFeature(f"No installed package offers the feature {name!r}.")
        entry = offered[0].load()
    if not isinstance(entry, Entry):
        raise UnknownFeature(f"{name} is not a gateway.feature.Entry.")
    return entry


class FeatureSettings(Section):
    """The base of each feature's settings.

    A feature that a reload switches on may only add to versions of the graph: it has no routes or background
    work.
    """

    @property
    def is_on(self) -> bool:
        """Whether the feature is used at all; if not, it is not imported."""
        return True

    def is_used(self, gateway: BaseModel) -> bool:
        """Return whether the feature is used with all settings of a gateway: by default, if it is on."""
        del gateway
        return self.is_on


def nested_prefix(feature: str) -> str:
    """Return the prefix of a feature's variables, such as `FURLONG_GATEWAY__CORS__`."""
    return f"{PREFIX}_{feature.upper()}__"
