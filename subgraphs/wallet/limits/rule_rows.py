"""The rules of Great Britain and Denmark, each with the public page that was opened for it.

No rule is here whose source could not be opened: `docs/safer-gambling.md` says which those are.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from subgraphs.kit.domain.sources import Source
from subgraphs.wallet.limits.frames import Fixed, Months
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.limits.rules import (
    BreakLengths,
    DepositLimits,
    ExclusionLengths,
    FinancialCheck,
    Raises,
    Reminders,
    Rule,
    StakeCap,
)

OPENED: Final = date(2026, 11, 28)
COMMISSION: Final = "https://www.gamblingcommission.gov.uk"
DAY: Final = timedelta(days=1)
DANISH: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""When the executive orders of 29 November 2019 took effect."""

UNDATED: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""For rules whose page does not say since when they hold: before there was a platform to keep them."""

RTS_DEPOSITS: Final = Source(
    "Gambling Commission, RTS 12B, wording in full from 30 September 2026",
    f"{COMMISSION}/consultation-response/definition-of-deposit-limits-in-the-remote-gambling-and-software-"
    "technical/annex-2-rts-12-wording-in-full-from-30-september-2026",
    OPENED,
)
RTS_FIXED: Final = Source(
    "Focus Gaming News on the Commission's notice: from 30 September, gross and over fixed time frames only",
    "https://focusgn.com/british-gambling-operators-granted-more-time-to-prepare-for-new-deposit-limit-requirements",
    OPENED,
)
RTS_COOLING: Final = Source(
    "Gambling Commission, updates to RTS 12B: no further deposit until the period restarts or a raise has "
    "cooled for 24 hours",
    f"{COMMISSION}/licensees-and-businesses/guide/page/updates-to-rts-effective-30-june-2026",
    OPENED,
)
RTS_REMINDERS: Final = Source(
    "Mishcon de Reya on RTS 12A to 12E: review every six months, those without a limit every year",
    "https://www.mishcon.com/news/rts-and-lccp-changes-what-gambling-operators-need-to-know-before-31-october-2025",
    OPENED,
)
BREAKS: Final = Source(
    "Gambling Commission, tools to control gambling: breaks of 24 hours up to six weeks",
    f"{COMMISSION}/for-the-public/Safer-gambling/Tools-to-help-you-control-your-gambling.aspx",
    OPENED,
)
EXCLUSION: Final = Source(
    "Gambling Commission, self-exclusion in social responsibility: six months at least",
    f"{COMMISSION}/licensees-and-businesses/page/self-exclusion-in-social-responsibility",
    OPENED,
)
VULNERABILITY: Final = Source(
    "Gambling Commission, financial vulnerability checks: £500, then £150 net deposits in rolling 30 days",
    f"{COMMISSION}/blog/post/financial-vulnerability-checks-insights-from-implementation",
    OPENED,
)
CHECK_CODE: Final = Source(
    "Gambling Commission, LCCP social responsibility code 3.4.4, in force from 30 August 2024",
    f"{COMMISSION}/licensees-and-businesses/lccp/condition/3-4-4-financial-vulnerability-check",
    OPENED,
)
SLOTS: Final = Source(
    "Wiggin on the Gambling Act 2005 (Operating Licence Conditions) (Amendment) Regulations 2025",
    "https://wiggin.co.uk/white-paper-timelines-government",
    OPENED,
)
DANISH_GUIDANCE: Final = Source(
    "Den juridiske vejledning, J.A.12.4.2, on BEK 1274/2019 §§ 21 and 23",
    "https://info.skat.dk/data.aspx?chk=218248&oid=2168402",
    OPENED,
)
DANISH_FRAMES: Final = Source(
    "Den juridiske vejledning, an earlier edition: 24 hours, 7 days and 30 days from the registration",
    "https://test.skat.dk/data.aspx?chk=209797&oid=2061971",
    OPENED,
)
DANISH_REQUIRED: Final = Source(
    "EGR on the Danish Gambling Authority's guide of January 2020: a deposit limit before any gambling",
    "https://egr.global/intel/?p=27913",
    OPENED,
)

RULES: Final = (
    Rule("raises", "GB", datetime(2025, 10, 31, tzinfo=UTC), (RTS_COOLING,), Raises(DAY)),
    Rule(
        "deposits",
        "GB",
        datetime(2026, 9, 30, tzinfo=UTC),
        (RTS_DEPOSITS, RTS_FIXED),
        DepositLimits(
            {
                LimitKind.DEPOSIT_DAY: Fixed(DAY),
                LimitKind.DEPOSIT_WEEK: Fixed(7 * DAY),
                LimitKind.DEPOSIT_MONTH: Months(1),
            }
        ),
    ),
    Rule(
        "reminders",
        "GB",
        datetime(2025, 10, 31, tzinfo=UTC),
        (RTS_REMINDERS,),
        Reminders(review_months=6, active_months=12, no_limit_months=12),
    ),
    Rule("breaks", "GB", UNDATED, (BREAKS,), BreakLengths(DAY, 42 * DAY)),
    Rule("exclusions", "GB", UNDATED, (EXCLUSION,), ExclusionLengths(months=6)),
    Rule(
        "financial_check",
        "GB",
        datetime(2024, 8, 30, tzinfo=UTC),
        (CHECK_CODE, VULNERABILITY),
        FinancialCheck(500_00, "GBP", days=30),
    ),
    Rule(
        "financial_check",
        "GB",
        datetime(2025, 2, 28, tzinfo=UTC),
        (CHECK_CODE, VULNERABILITY),
        FinancialCheck(150_00, "GBP", days=30),
    ),
    Rule("slot_stakes", "GB", datetime(2025, 4, 9, tzinfo=UTC), (SLOTS,), (StakeCap(18, 5_00, "GBP"),)),
    Rule(
        "slot_stakes",
        "GB",
        datetime(2025, 5, 21, tzinfo=UTC),
        (SLOTS,),
        (StakeCap(18, 2_00, "GBP"), StakeCap(25, 5_00, "GBP")),
    ),
    Rule("raises", "DK", DANISH, (DANISH_GUIDANCE,), Raises(DAY)),
    Rule(
        "deposits",
        "DK",
        DANISH,
        (DANISH_GUIDANCE, DANISH_FRAMES, DANISH_REQUIRED),
        DepositLimits(
            {
                LimitKind.DEPOSIT_DAY: Fixed(DAY),
                LimitKind.DEPOSIT_WEEK: Fixed(7 * DAY),
                LimitKind.DEPOSIT_MONTH: Fixed(30 * DAY),
            },
            required=True,
        ),
    ),
    Rule("breaks", "DK", DANISH, (DANISH_GUIDANCE,), BreakLengths(DAY, None)),
    Rule("exclusions", "DK", DANISH, (DANISH_GUIDANCE,), ExclusionLengths(months=1, days=30)),
)
