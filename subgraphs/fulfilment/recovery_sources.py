"""The source of truth of each fulfilment table: what restores it after a loss."""

from typing import Final

from subgraphs.club_kit.records.recovery_sources import reference_sources
from subgraphs.fulfilment.goodwill import GOODWILL_TOPIC
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
from subgraphs.fulfilment.state.outcomes import OUTCOMES_TOPIC
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
        ACCOUNT_CHANGE,
        Source.TOPIC,
        ("club.account-status.v1",),
        lost="former states of accounts: a customer who was excluded only for a time after the week ended "
        "may be paid",
    ),
    RecoverySource(QUALIFICATION, Source.TOPIC, ("club.qualification.v1",)),
    RecoverySource(CHOICE, Source.TOPIC, ("club.choice.v1",)),
    RecoverySource(
        FULFILMENT,
        Source.TOPIC,
        ("club.qualification.v1", OUTCOMES_TOPIC),
        lost="rewards sent just before the loss and not published: they are sent again under the same key, "
        "which the provider remembers; those confirmed longer ago than it remembers keys wait in review",
    ),
    RecoverySource(
        GOODWILL_CREDIT,
        Source.TOPIC,
        (GOODWILL_TOPIC,),
        lost="how far their payment had come: they are sent again under the same key, which the provider "
        "remembers; those decided longer ago than it remembers keys wait in review",
    ),
    RecoverySource(PUBLISHED_OUTCOME, Source.TOPIC, (OUTCOMES_TOPIC,)),
    RecoverySource(
        ATTEMPT, Source.BACKUP, lost="the audit of requests to providers, and of people's decisions"
    ),
    RecoverySource(
        PROVIDER,
        Source.BACKUP,
        lost="which providers were stopped: stop them again before the worker starts",
    ),
    RecoverySource(
        PROVIDER_IN_USE,
        Source.BACKUP,
        lost="what a worker uses if it cannot use the newest configuration: then the provider's rewards wait",
    ),
    RecoverySource(PROVIDER_REPORT, Source.TRANSIENT),
    RecoverySource(
        RECONCILIATION,
        Source.BACKUP,
        lost="earlier comparisons with providers; the next comparison is made at night",
    ),
)
