"""A reconciliation report: the differences between a provider's journal of a day and our credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Difference:
    """A credit on which the two sides do not agree.

    Attributes:
        kind: MISSING_THERE (credited here, not in the journal), MISSING_HERE (in the journal, not credited
            here), TWICE (two credits under one key) or DIFFERENT (in amount, currency or customer).
    """

    kind: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one comparison.

    Attributes:
        compared: The number of credits on either side.
    """

    provider: str
    day: date
    compared: int
    differences: Sequence[Difference]
