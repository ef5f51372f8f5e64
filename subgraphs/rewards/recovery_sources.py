"""The source of truth of each rewards table, and what is lost without a backup."""

from typing import Final

from subgraphs.club_kit.records.recovery_sources import reference_sources
from subgraphs.kit.records.recovery_sources import (
    RecoverySource,
    Source,
    cell_source,
    common_sources,
    global_source,
    installation_source,
)
from subgraphs.rewards.models import (
    ALLOTMENT,
    ANNOUNCEMENT,
    ASKED,
    BUDGET,
    CELL,
    ERASURE,
    GLOBAL_STATE,
    INSTALLATION,
    INTENT,
    OUTBOX,
    REFERENCE,
    REWARD_CHOICE,
    REWARD_CONFIG,
    REWARD_CONTENT,
    STREAM,
    TAKEN,
)

CHOICES: Final = "club.choice.v1"

RECOVERY_SOURCES: Final = (
    *reference_sources(REFERENCE),
    *common_sources(STREAM, OUTBOX, ERASURE),
    cell_source(CELL),
    installation_source(INSTALLATION),
    global_source(GLOBAL_STATE),
    RecoverySource(REWARD_CONFIG, Source.TOPIC, ("club.reward-config.v1",)),
    RecoverySource(
        REWARD_CONTENT,
        Source.TOPIC,
        ("club.global.v1",),
        lost="revisions before the last of each version and locale",
    ),
    RecoverySource(
        REWARD_CHOICE,
        Source.TOPIC,
        (CHOICES,),
        lost="choices that the law replaced before they were published, and those older than the topic's "
        "retention",
    ),
    RecoverySource(BUDGET, Source.TOPIC, ("club.global.v1",)),
    RecoverySource(ALLOTMENT, Source.TOPIC, ("club.global.v1",)),
    RecoverySource(ASKED, Source.TRANSIENT, lost="which cells need more of a budget, until the next request"),
    RecoverySource(TAKEN, Source.DERIVED, (REWARD_CHOICE.name,)),
    RecoverySource(ANNOUNCEMENT, Source.TOPIC, (CHOICES,)),
    RecoverySource(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys, as in the club's database",
    ),
)
