"""The figures of a document, and the limits to compare them with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gateway.feature_settings import FeatureSettings
from gateway.features.cost.settings import CostSettings
from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the limits.

    Attributes:
        what: What is counted, in words.
        setting: The field of the settings.
        part: The settings that have the field, if these are a feature's.
    """

    what: str
    setting: str
    part: type[FeatureSettings] | None = None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        prefix = "FURLONG_GATEWAY_" if self.part is None else self.part.model_config["env_prefix"]
        return f"{prefix}{self.setting.upper()}"

    def value(self, settings: GatewaySettings) -> int:
        """Return the limit; 0 for none."""
        found: int = getattr(settings if self.part is None else settings.of(self.part), self.setting)
        return found


COST: Final = "limit"

LIMITS: Final = (
    Limit("cost", COST, CostSettings),
    Limit("characters", "document_chars"),
    Limit("tokens", "document_tokens"),
    Limit("levels", "document_depth"),
    Limit("fields", "document_fields"),
    Limit("fields of one name", "document_merged_fields"),
    Limit("root fields", "document_root_fields"),
    Limit("mutation fields", "mutation_fields"),
    Limit("aliases", "document_aliases"),
    Limit("directives", "document_directives"),
    Limit("fragments", "document_fragments"),
    Limit("fragments in a row", "document_fragment_depth"),
    Limit("variables in conditions", "document_conditions"),
    Limit("literal values", "document_literal_values"),
    Limit("levels of a value", "document_value_depth"),
    Limit("operations", "document_operations"),
    Limit("variables", "document_variables"),
)
"""All limits on the shape of a document, and on the cost of a request."""


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """The costs of one operation.

    Attributes:
        name: The operation's name, if any.
        cost: Its estimated cost.
        mutation_fields: Its mutation fields; 0 for a query.
        fault: What is wrong with its slicing arguments, if anything; None if variables are missing.
        missing: The required variables without a value; lists that depend on them count with the default
            length.
    """

    name: str | None
    cost: int
    mutation_fields: int
    fault: str | None
    missing: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """The figures of a document, as far as it could be measured.

    Attributes:
        figures: The figures by the setting that limits them, without the costs of operations.
        operations: Its operations.
        errors: Why it cannot be executed.
    """

    figures: dict[str, int]
    operations: list[OperationFigures] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def copy(self) -> Document:
        """Return a copy that can be changed."""
        return Document(dict(self.figures), list(self.operations), list(self.errors))

    def broken(self, settings: GatewaySettings) -> list[Limit]:
        """Return the limits that the document exceeds."""
        figures = self.with_costs()
        return [each for each in LIMITS if 0 < each.value(settings) < figures.get(each.setting, 0)]

    def is_refused(self, settings: GatewaySettings) -> bool:
        """Return whether the gateway would refuse the document for a limit or for slicing arguments."""
        return bool(self.broken(settings)) or any(each.fault is not None for each in self.operations)

    def with_costs(self) -> dict[str, int]:
        """Return all figures, including those of the costliest operation."""
        if not self.operations:
            return self.figures
        return {
            **self.figures,
            COST: max(each.cost for each in self.operations),
            "mutation_fields": max(each.mutation_fields for each in self.operations),
        }
