"""Where the truth of the fulfilment tables is."""

from typing import Final

from subgraphs.fulfilment.models import (
    ACCOUNT_CHANGE,
    ATTEMPT,
    CHOICE,
    ERASURE,
    FULFILMENT,
    OUTBOX,
    PROVIDER,
    PUBLISHED_OUTCOME,
    QUALIFICATION,
    RECONCILIATION,
    REFERENCE,
    STREAM,
)
from subgraphs.kit.records.truth import Source, TableTruth, common_truths, reference_truths

OUTCOMES: Final = "club.outcomes.v1"

TRUTHS: Final = (
    *reference_truths(REFERENCE),
    *common_truths(STREAM, OUTBOX, ERASURE),
    TableTruth(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="former states of accounts: who was excluded for a time after the end of a week may be paid",
    ),
    TableTruth(QUALIFICATION, Source.TOPIC, ("club.qualification.v1",)),
    TableTruth(CHOICE, Source.TOPIC, ("club.choice.v1",)),
    TableTruth(
        FULFILMENT,
        Source.TOPIC,
        ("club.qualification.v1", OUTCOMES),
        lost="rewards sent in the moments before the loss and not published: they are sent again under the "
        "same key, which the provider remembers; those confirmed longer ago than it does wait in review",
    ),
    TableTruth(PUBLISHED_OUTCOME, Source.TOPIC, (OUTCOMES,)),
    TableTruth(
        ATTEMPT, Source.BACKUP, lost="the audit of what providers were asked, and what persons decided"
    ),
    TableTruth(
        PROVIDER,
        Source.BACKUP,
        lost="which providers were stopped: stop them again before the worker starts",
    ),
    TableTruth(
        RECONCILIATION,
        Source.BACKUP,
        lost="earlier comparisons with providers; the next one is made at night",
    ),
)
