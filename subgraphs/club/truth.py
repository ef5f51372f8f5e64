"""The source of truth of each of the club's tables, and what is lost without a backup."""

from typing import Final

from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    CELL,
    COMPARISON,
    ERASURE,
    GLOBAL_STATE,
    IMPRESSION,
    INSTALLATION,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    REFERENCE,
    STREAM,
)
from subgraphs.kit.records.truth import (
    Source,
    TableTruth,
    cell_truth,
    common_truths,
    global_truth,
    installation_truth,
    reference_truths,
)

TRUTHS: Final = (
    *reference_truths(REFERENCE),
    *common_truths(STREAM, OUTBOX, ERASURE),
    cell_truth(CELL),
    installation_truth(INSTALLATION),
    global_truth(GLOBAL_STATE),
    TableTruth(
        MEMBERSHIP_EVENT,
        Source.TOPIC,
        ("club.membership.v1",),
        lost="the history of memberships: the current state and the first opt-in of each customer are read "
        "back, but not what happened between them, nor the terms that were agreed to",
    ),
    TableTruth(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="earlier states of accounts, because the topic keeps only the last one of each customer",
    ),
    TableTruth(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys: a client that repeats a request gets the current state, and "
        "changes in doubt are found by comparing with the upstream",
    ),
    TableTruth(
        IMPRESSION,
        Source.BACKUP,
        lost="who was shown the tracker: customers who return in the current week are recorded again, and "
        "the funnel of earlier weeks begins with zero",
    ),
    TableTruth(COMPARISON, Source.TRANSIENT),
)
