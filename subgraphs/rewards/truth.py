"""The source of truth of each rewards table, and what is lost without a backup."""

from typing import Final

from subgraphs.kit.records.truth import (
    Source,
    TableTruth,
    cell_truth,
    common_truths,
    global_truth,
    installation_truth,
    reference_truths,
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

TRUTHS: Final = (
    *reference_truths(REFERENCE),
    *common_truths(STREAM, OUTBOX, ERASURE),
    cell_truth(CELL),
    installation_truth(INSTALLATION),
    global_truth(GLOBAL_STATE),
    TableTruth(REWARD_CONFIG, Source.TOPIC, ("club.reward-config.v1",)),
    TableTruth(
        REWARD_CONTENT,
        Source.TOPIC,
        ("club.global.v1",),
        lost="revisions before the last of each version and locale",
    ),
    TableTruth(
        REWARD_CHOICE,
        Source.TOPIC,
        (CHOICES,),
        lost="choices that the law replaced before they were published, and those older than the topic's "
        "retention",
    ),
    TableTruth(BUDGET, Source.TOPIC, ("club.global.v1",)),
    TableTruth(ALLOTMENT, Source.TOPIC, ("club.global.v1",)),
    TableTruth(ASKED, Source.TRANSIENT, lost="which cells need more of a budget, until the next request"),
    TableTruth(TAKEN, Source.DERIVED, (REWARD_CHOICE.name,)),
    TableTruth(ANNOUNCEMENT, Source.TOPIC, (CHOICES,)),
    TableTruth(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys, as in the club's database",
    ),
)
