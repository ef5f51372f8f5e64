"""The enums that the club's schemas share."""

import strawberry

from subgraphs.club_kit.domain.accounts import IneligibleReason
from subgraphs.club_kit.domain.schemes import WeekState

__all__ = ["IneligibleReason", "WeekState"]

for enum in (IneligibleReason, WeekState):
    strawberry.enum(enum)
