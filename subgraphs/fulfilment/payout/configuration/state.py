"""Reads a provider's configuration from a global message, and says how a worker has applied it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.providers.settings import ProviderConfig, in_words
from subgraphs.kit.records.global_state.kinds import NOTHING_APPLIED, GlobalOrder


@dataclass(frozen=True, slots=True)
class DecidedConfiguration:
    """What the back office decided about a provider.

    Attributes:
        state: As the message has it.
    """

    name: str
    order: GlobalOrder
    state: Mapping[str, Any]

    @property
    def revision(self) -> int:
        """Return the number of the revision."""
        return int(self.state["revision"])

    def config(self) -> ProviderConfig:
        """Return the configuration.

        Raises:
            ProviderConfigError: This version of the node does not support it.
        """
        fields = {name: value for name, value in self.state.items() if name in ProviderConfig.model_fields}
        try:
            return ProviderConfig.model_validate(fields)
        except ValidationError as error:
            raise ProviderConfigError(in_words(error)) from None


@dataclass(frozen=True, slots=True)
class ProviderUse:
    """How a worker has applied the decisions about a provider.

    Attributes:
        revision: The revision in use; 0 for the file's, or if there is none.
        seen: The last decision that was looked at, whether it could be used or not.
        problem: Why it, or the file's configuration, cannot be used; never a secret.
    """

    name: str
    revision: int = 0
    seen: GlobalOrder = NOTHING_APPLIED
    problem: str | None = None
