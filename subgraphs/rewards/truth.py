"""Where the truth of each rewards table is, and what is lost without a backup."""

from typing import Final

from subgraphs.kit.records.truth import Source, TableTruth, common_truths, reference_truths
from subgraphs.rewards.models import (
    ANNOUNCEMENT,
    BUDGET,
    ERASURE,
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
    TableTruth(REWARD_CONFIG, Source.TOPIC, ("club.reward-config.v1",)),
    TableTruth(
        REWARD_CONTENT,
        Source.FILE,
        ("furlong load",),
        lost="content that was not published by a file, and revisions before the last",
    ),
    TableTruth(
        REWARD_CHOICE,
        Source.TOPIC,
        (CHOICES,),
        lost="choices that the law replaced before they were published, and those older than the topic's "
        "retention",
    ),
    TableTruth(BUDGET, Source.FILE, ("furlong load",)),
    TableTruth(TAKEN, Source.DERIVED, (REWARD_CHOICE.name,)),
    TableTruth(ANNOUNCEMENT, Source.TOPIC, (CHOICES,)),
    TableTruth(
        INTENT,
        Source.UPSTREAM,
        ("furlong worker intents",),
        lost="the memory of idempotency keys, as in the club's database",
    ),
)
