"""The weeks of a brand, one line for each territory: state, scheme, and who has earned the reward."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.progress.weeks.status import WeekStatus

BEGINNING: Final = "its start"
END: Final = "its end"
GRACE: Final = "late messages, until its grace is over"
WORKER: Final = "the week worker (furlong worker weeks), which is late"
CONFIRMATION: Final = "the qualifications of all customers to be confirmed"


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A week for the customers of one jurisdiction and currency.

    Attributes:
        state: OPEN, PROVISIONAL or CLOSED; NEXT for the week that opens next; NOT RECORDED for a week
            without a record.
        confirmed: Whether the qualifications of all customers are confirmed.
        opened_with: The version of the scheme with which it opened.
        scheme: The version that applies now; None where it was not recorded how the week opened.
        customers: The number of customers with each status of qualification.
        waits_for: What has to happen before its state changes; empty if it is final.
        until: When that is due; None if it depends on no instant.
    """

    brand: str
    week: str
    jurisdiction: str
    currency: str
    state: str
    confirmed: bool = False
    opened_with: int | None = None
    scheme: int | None = None
    customers: Mapping[str, int] = field(default_factory=dict)
    waits_for: str = ""
    until: datetime | None = None


async def week_lines(lifecycle: WeekLifecycle, brand: str, *, counting: bool = True) -> list[WeekLine]:
    """Return lines for the recorded weeks of a brand and for the next one.

    Args:
        lifecycle: The weeks.
        brand: Its id.
        counting: Whether to count customers, which reads a row for each one who ever qualified.
    """
    schemes = await lifecycle.schemes(brand)
    qualified = await lifecycle.qualification_counts(brand) if counting else {}
    calendar, present = await lifecycle.calendar(brand), lifecycle.clock.now()
    weeks: dict[str, list[WeekLine]] = {}
    for status in await lifecycle.statuses(brand):
        now = schemes[status.iso_week].get(status.territory)
        line = WeekLine(
            brand,
            status.iso_week,
            *status.territory,
            state=status.state.value,
            confirmed=status.confirmed_at is not None,
            opened_with=status.scheme_version,
            scheme=status.scheme_version if now is None or status.scheme_version is None else now.version,
            customers=qualified.pop((status.iso_week, status.territory), {}),
        )
        week = calendar.week_named(status.iso_week)
        waits_for, until = _waits_for(status, week, None if now is None else now.grace_until(week), present)
        line = replace(line, waits_for=waits_for, until=until)
        weeks.setdefault(status.iso_week, []).append(line)
    for (iso_week, territory), counts in sorted(qualified.items()):
        if iso_week in weeks:  # also if there is no scheme
            weeks[iso_week].append(WeekLine(brand, iso_week, *territory, "NOT RECORDED", customers=counts))
    coming = max(schemes)
    begins = calendar.week_named(coming).starts_at
    return [
        *(line for name in sorted(weeks) for line in weeks[name]),
        *(
            WeekLine(
                brand, coming, *territory, "NEXT", scheme=scheme.version, waits_for=BEGINNING, until=begins
            )
            for territory, scheme in schemes[coming].items()
        ),
    ]


def _waits_for(
    status: WeekStatus, week: Week, grace_until: datetime | None, now: datetime
) -> tuple[str, datetime | None]:
    """Return what a recorded week waits for, and until when."""
    match status.state:
        case WeekState.OPEN:
            return (END if now < week.ends_at else WORKER, week.ends_at)
        case WeekState.PROVISIONAL:
            late = grace_until is not None and now >= grace_until
            return (WORKER if late else GRACE, grace_until)
        case WeekState.CLOSED:
            return ("" if status.confirmed_at else CONFIRMATION, None)
