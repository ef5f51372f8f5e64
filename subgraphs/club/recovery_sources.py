"""The source of truth of each of the club's tables, and what is lost without a backup."""

from typing import Final

from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    CELL,
    COMPARISON,
    CONTROL_DRAW,
    ERASURE,
    GLOBAL_STATE,
    IMPRESSION,
    INSTALLATION,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    REFERENCE,
    STREAM,
    TRIAL_DRAW,
)
from subgraphs.club_kit.records.recovery_sources import reference_sources
from subgraphs.kit.records.recovery_sources import (
    RecoverySource,
    Source,
    cell_source,
    common_sources,
    global_source,
    installation_source,
)

RECOVERY_SOURCES: Final = (
    *reference_sources(REFERENCE),
    *common_sources(STREAM, OUTBOX, ERASURE),
    cell_source(CELL),
    installation_source(INSTALLATION),
    global_source(GLOBAL_STATE),
    RecoverySource(
        MEMBERSHIP_EVENT,
        Source.TOPIC,
        ("club.membership.v1",),
        lost="the history of memberships: the current state and the first opt-in of each customer are read "
        "back, but not what happened between them, nor the terms that were agreed to",
    ),
    RecoverySource(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="earlier states of accounts, because the topic keeps only the last one of each customer",
    ),
    RecoverySource(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys: a client that repeats a request gets the current state, and "
        "changes in doubt are found by comparing with the upstream",
    ),
    RecoverySource(
        IMPRESSION,
        Source.BACKUP,
        lost="who was shown the tracker: customers who return in the current week are recorded again, and "
        "the funnel of earlier weeks begins with zero",
    ),
    RecoverySource(
        CONTROL_DRAW,
        Source.BACKUP,
        lost="since when customers are compared with the control group: the same draw is recorded again when "
        "they return, and analytics keeps the first time",
    ),
    RecoverySource(
        TRIAL_DRAW,
        Source.BACKUP,
        lost="since when customers are compared in the trial of a reward: the same draw is recorded again "
        "when they return, and analytics keeps the first time",
    ),
    RecoverySource(COMPARISON, Source.TRANSIENT),
)
