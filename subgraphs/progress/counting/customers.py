"""Facts about customers besides their bets: their territory, and when they first opted in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from subgraphs.progress.counting.contribution import CustomerKey

Territory: TypeAlias = tuple[str, str]
"""Jurisdiction and currency, which together select the scheme that a customer plays by."""


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """Facts about some customers. They may arrive after their bets, and they may change.

    Attributes:
        territories: The customers' territories, unless it is the brand's default territory.
        opted_in_at: When customers first opted in; absent for those who never did.
    """

    territories: Mapping[CustomerKey, Territory] = field(default_factory=dict)
    opted_in_at: Mapping[CustomerKey, datetime] = field(default_factory=dict)
