"""The stages of a scenario's week, and the instants at which they begin."""

from datetime import UTC, datetime
from typing import Final, Literal

Stage = Literal["open", "locked", "ended", "closed", "later"]

START: Final = datetime(2026, 4, 8, 14, 0, tzinfo=UTC)
"""The instant of the stage `open`: the Wednesday of 2026-W15."""

WEEK: Final = "2026-W15"
FIRST_BET: Final = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
"""When a scenario's first bet is placed; each further bet follows an hour later."""

STAGES: Final[dict[Stage, datetime]] = {
    "open": START,
    "locked": datetime(2026, 4, 12, 21, 30, tzinfo=UTC),
    "ended": datetime(2026, 4, 13, 0, 30, tzinfo=UTC),
    "closed": datetime(2026, 4, 13, 12, 0, tzinfo=UTC),
    "later": datetime(2026, 4, 22, 12, 0, tzinfo=UTC),
}
"""The stages in order: lagunabet's choice is locked, northbet's week has ended, its grace period has ended,
and a credit that is valid for a week has expired."""
