"""Which tables the roles of the back office may ask: sums, facts of single customers, or all that is stored.

A table that is not listed here is for those who operate the store.
"""

from typing import Final

from analytics.errors import QuestionRefused
from analytics.record_tables import RECORD_TABLES
from analytics.schema import DERIVED, rollups, views

SUMS: Final = frozenset(
    {
        *("brands", "schemes", "weeks", "calendar", "week_rules", "week_states", "cells", "partitions"),
        *("exchange_rates", "turnover_by_day", "served", "leg_markets", "betting_results", "open_selections"),
        *("completeness", "rollup_reasons", "rollup_retention", "rollup_funnel", "rollup_liability"),
        *("rollup_uplift", "rollup_reached", "rollup_cost", "rollup_latency", "rollup_providers"),
        *("rollup_results", "rollup_open_bets", "rollup_open_selections", "rollup_cost_days"),
        *("report_revenue", "report_events", "report_exposure"),
        *("report_funnel", "report_liability", "report_cost", "report_uplift", "report_retention"),
        *("report_latency", "report_reasons", "report_providers"),
    }
)
"""No row of these is about one customer."""

PERSONS: Final = frozenset(
    {
        *("bet_state_revisions", "bet_states"),
        *("bet_revisions", "bets", "customers", "membership_changes", "membership_spells", "first_opt_ins"),
        *("control_draws", "trial_draws", "choices", "qualification_revisions", "qualifications"),
        *(
            "credit_stages",
            "credits",
            "adjustments",
            "goodwill",
            "contributions",
            "week_tallies",
            "rollup_disputes",
        ),
        *("rollup_high_stakes", "report_anomalies"),
    }
)
"""Facts of single customers, under pseudonyms."""

_BY_ROLE: Final = {
    "viewer": SUMS,
    "editor": SUMS,
    "approver": SUMS,
    "support": SUMS,
    "risk": SUMS | PERSONS,
    "operator": None,
    "finance": SUMS,
    "trader": SUMS,
    "administrator": None,
}
"""None: all tables."""

ROLES: Final = tuple(_BY_ROLE)


def tables() -> frozenset[str]:
    """Return all tables and views of a snapshot."""
    rolled = [table.name for table in rollups()]
    return frozenset(
        {
            *(table.name for table in RECORD_TABLES),
            *(view.name for view in views()),
            *(name for table in rolled for name in (table, f"{table}_next")),
            *("zone_weeks", "readings", "exchange_rates", *DERIVED),
        }
    )


def hidden_from(role: str) -> frozenset[str]:
    """Return the tables that a role may not ask.

    Raises:
        QuestionRefused: There is no such role.
    """
    if role not in _BY_ROLE:
        raise QuestionRefused(f"there is no role {role!r}; there are {', '.join(ROLES)}")
    allowed = _BY_ROLE[role]
    return frozenset() if allowed is None else tables() - allowed
