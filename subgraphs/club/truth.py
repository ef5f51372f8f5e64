"""Where the truth of the club's tables is."""

from typing import Final

from subgraphs.club.models import (
    ACCOUNT_CHANGE,
    COMPARISON,
    ERASURE,
    INTENT,
    MEMBERSHIP_EVENT,
    OUTBOX,
    REFERENCE,
    STREAM,
)
from subgraphs.kit.records.truth import Source, TableTruth, common_truths, reference_truths

TRUTHS: Final = (
    *reference_truths(REFERENCE),
    *common_truths(STREAM, OUTBOX, ERASURE),
    TableTruth(
        MEMBERSHIP_EVENT,
        Source.TOPIC,
        ("club.membership.v1",),
        lost="the history of memberships: of each customer the present state and the first opt-in come back, "
        "not what was between them, nor the terms that were agreed to",
    ),
    TableTruth(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="former states of accounts: the topic keeps the last one of each customer",
    ),
    TableTruth(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys: a client that repeats a request is told of the present state, "
        "and changes in doubt are learnt by comparing with the upstream",
    ),
    TableTruth(COMPARISON, Source.TRANSIENT),
)
