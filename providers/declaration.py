"""What every adapter declares: its name, kind, settings, limits, capabilities, and the secrets it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic_settings import BaseSettings

from foundation.late_imports import imported


class Kind(StrEnum):
    """The kind of an adapter. There is one contract suite a kind, and one kind of implementation."""

    EXCHANGE = "exchange"
    SPORTS_FEED = "sports feed"
    STATS = "stats"
    WEBHOOK = "webhook"
    VIDEO = "video"
    BET_FEED = "bet feed"
    REWARDS = "rewards"


class Capability(StrEnum):
    """What an adapter brings."""

    FIXTURES = "fixtures"
    PRE_MATCH_ODDS = "pre-match odds"
    LIVE_ODDS = "live odds"
    RESULTS = "results"
    STATS = "stats"
    VIDEO = "video"
    BETS = "bets"
    REWARDS = "rewards"


class CheckFailed(Exception):
    """A provider cannot be used as it is configured; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an adapter never exceeds, whatever its settings.

    Attributes:
        items: How many markets, or other things with a state of their own, it keeps; 0 if it keeps none.
        message_bytes: The longest message that it reads.
    """

    items: int
    message_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDeclaration:
    """An adapter, as lists, commands and screens know it; they do not import its implementation.

    Attributes:
        name: Its name in commands, settings and messages; never give it to another provider.
        settings: Their fields, ranges and descriptions are the schema that is checked and shown.
        secrets: The names of the secrets that it needs, with what each is for. Settings have no secrets.
        implementation: `MODULE:NAME`, imported when the adapter runs. What it is depends on the kind.
    """

    name: str
    kind: Kind
    settings: type[BaseSettings]
    capabilities: frozenset[Capability]
    limits: Limits
    implementation: str
    secrets: Mapping[str, str] = field(default_factory=dict)

    def load(self) -> Any:
        """Import the implementation, and return it."""
        return imported(self.implementation)
