"""For how long records of money and bets are kept after a customer has gone, by jurisdiction.

Each row has the public page that was opened for it; a lawyer reads them first. Where no row is, the longest
time holds that any of the pages names.
"""

from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from subgraphs.kit.domain.sources import Source

DEFAULT_YEARS: Final = 10
"""Without a row: what regulation 40 (4) of the British rules names as the most for a transaction."""

FEBRUARY_29: Final = 29


class Term(Struct, frozen=True):
    """For how long records are kept.

    Attributes:
        jurisdiction: Where the customer was.
        since: From when on it holds.
        years: After the end of the customer's relation to the brand, which is the erasure at the latest.
        sources: The pages that say it.
    """

    jurisdiction: str
    since: datetime
    years: int
    sources: tuple[Source, ...]


OPENED: Final = date(2026, 11, 28)
TERMS: Final = (
    Term(
        "GB",
        datetime(2017, 6, 26, tzinfo=UTC),
        5,
        (
            Source(
                "Money Laundering Regulations 2017, regulation 40: five years from the end of the relation",
                "https://legislation.gov.uk/uksi/2017/692/regulation/40/2020-10-06",
                OPENED,
            ),
            Source(
                "HMRC, Economic Crime Supervision Handbook, ECSH63620",
                "https://www.gov.uk/hmrc-internal-manuals/economic-crime-supervision-handbook/ecsh63620",
                OPENED,
            ),
        ),
    ),
    Term(
        "DK",
        datetime(2020, 1, 1, tzinfo=UTC),
        5,
        (
            Source(
                "Hvidvaskloven § 30, stk. 2: five years from the end of the relation, then deleted",
                "https://danskelove.dk/hvidvaskloven/30",
                OPENED,
            ),
            Source(
                "Den juridiske vejledning: bookmakers keep what they know of players for five years",
                "https://info.skat.dk/data.aspx?chk=217160&lang=da&oid=2292963",
                OPENED,
            ),
        ),
    ),
)


def years_of(jurisdiction: str, at: datetime, terms: tuple[Term, ...] = TERMS) -> int:
    """Return for how many years records are kept, by the rule that is in force at an instant."""
    in_force = [term for term in terms if term.jurisdiction == jurisdiction and term.since <= at]
    return max(in_force, key=lambda term: term.since).years if in_force else DEFAULT_YEARS


def over_before(jurisdiction: str, at: datetime, terms: tuple[Term, ...] = TERMS) -> datetime:
    """Return the instant before which a customer must have gone, so that nothing has to be kept any more."""
    year = at.year - years_of(jurisdiction, at, terms)
    is_leap_day = (at.month, at.day) == (2, FEBRUARY_29)
    return at.replace(year=year, day=FEBRUARY_29 - 1) if is_leap_day else at.replace(year=year)
