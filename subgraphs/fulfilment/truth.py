"""The source of truth of each fulfilment table: what restores it after a loss."""

from typing import Final

from subgraphs.fulfilment.goodwill.credit import GOODWILL_TOPIC
from subgraphs.fulfilment.models import (
    ACCOUNT_CHANGE,
    ATTEMPT,
    CELL,
    CHOICE,
    ERASURE,
    FULFILMENT,
    GLOBAL_STATE,
    GOODWILL_CREDIT,
    INSTALLATION,
    OUTBOX,
    PROVIDER,
    PROVIDER_IN_USE,
    PROVIDER_REPORT,
    PUBLISHED_OUTCOME,
    QUALIFICATION,
    RECONCILIATION,
    REFERENCE,
    STREAM,
)
from subgraphs.fulfilment.state.outcome_facts import OUTCOMES_TOPIC
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
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="former states of accounts: a customer who was excluded only for a time after the week ended "
        "may be paid",
    ),
    TableTruth(QUALIFICATION, Source.TOPIC, ("club.qualification.v1",)),
    TableTruth(CHOICE, Source.TOPIC, ("club.choice.v1",)),
    TableTruth(
        FULFILMENT,
        Source.TOPIC,
        ("club.qualification.v1", OUTCOMES_TOPIC),
        lost="rewards sent just before the loss and not published: they are sent again under the same key, "
        "which the provider remembers; those confirmed longer ago than it remembers keys wait in review",
    ),
    TableTruth(
        GOODWILL_CREDIT,
        Source.TOPIC,
        (GOODWILL_TOPIC,),
        lost="how far their payment had come: they are sent again under the same key, which the provider "
        "remembers; those decided longer ago than it remembers keys wait in review",
    ),
    TableTruth(PUBLISHED_OUTCOME, Source.TOPIC, (OUTCOMES_TOPIC,)),
    TableTruth(ATTEMPT, Source.BACKUP, lost="the audit of requests to providers, and of people's decisions"),
    TableTruth(
        PROVIDER,
        Source.BACKUP,
        lost="which providers were stopped: stop them again before the worker starts",
    ),
    TableTruth(
        PROVIDER_IN_USE,
        Source.BACKUP,
        lost="what a worker uses if it cannot use the newest configuration: then the provider's rewards wait",
    ),
    TableTruth(PROVIDER_REPORT, Source.TRANSIENT),
    TableTruth(
        RECONCILIATION,
        Source.BACKUP,
        lost="earlier comparisons with providers; the next comparison is made at night",
    ),
)
