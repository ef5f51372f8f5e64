"""All blocks, our own with one line each: what is done for every block is derived from here."""

from typing import Final

from subgraphs.kit.block import Block
from subgraphs.kit.further_blocks import further_blocks
from subgraphs.kit.topics import Copied, Retention, TopicPlan

OWN: Final[tuple[Block, ...]] = (
    Block(
        "club",
        has_intents=True,
        acknowledges=True,
        topics=(
            TopicPlan("club.membership.v1", Retention.LATEST),
            TopicPlan("club.control.v1", Retention.LATEST),
        ),
    ),
    Block(
        "rewards",
        has_intents=True,
        acknowledges=True,
        topics=(
            TopicPlan("club.choice.v1", Retention.FACTS),
            TopicPlan("club.reward-config.v1", Retention.LATEST, 1, is_public=True, copied=Copied.FROM_HOME),
        ),
    ),
    Block(
        "progress",
        topics=(
            TopicPlan("club.progress.v1", Retention.BETS),
            TopicPlan("club.qualification.v1", Retention.FACTS),
            TopicPlan("club.adjustment.v1", Retention.FACTS),
        ),
    ),
    Block(
        "fulfilment",
        acknowledges=True,
        topics=(
            TopicPlan("club.goodwill.v1", Retention.FACTS),
            TopicPlan("club.outcomes.v1", Retention.FACTS),
        ),
        settings=("subgraphs.fulfilment.providers.settings:FulfilmentSettings",),
    ),
    Block(
        "events",
        has_customers=False,
        acknowledges=True,
        topics=(
            TopicPlan("event.offer.v1", Retention.LATEST, 12, copied=Copied.NOWHERE),
            TopicPlan("event.market.v1", Retention.LATEST, 12, copied=Copied.NOWHERE),
            TopicPlan("event.result.v1", Retention.LATEST, 12, copied=Copied.NOWHERE),
        ),
        settings=("subgraphs.events.settings:EventsSettings",),
        workers=("upkeep",),
        simulated="simulator.events:EventSource",
        tail="consumers.events.tail:tailing",
        area="backoffice.events.area:EventsArea",
    ),
    Block(
        "wallet",
        topics=(
            TopicPlan("wallet.correction.v1", Retention.FACTS),
            TopicPlan("wallet.check.v1", Retention.FACTS),
            TopicPlan("wallet.release.v1", Retention.FACTS, 1, copied=Copied.FROM_HOME),
            TopicPlan("wallet.payment.v1", Retention.FACTS),
            TopicPlan("wallet.exclusion.v1", Retention.LATEST),
            TopicPlan("wallet.notice.v1", Retention.FACTS),
        ),
        settings=(
            "subgraphs.wallet.closing.settings:CloseSettings",
            "subgraphs.wallet.payments.configuration:PaymentsSettings",
            "subgraphs.wallet.aggregator.settings:SeamlessSettings",
        ),
        workers=("upkeep", "closes", "cashier", "operators"),
        area="backoffice.finance.area:FinanceArea",
    ),
    Block(
        "bets",
        acknowledges=True,
        topics=(
            TopicPlan("bet.state.v1", Retention.FACTS),
            TopicPlan("bet.factor.v1", Retention.LATEST),
            TopicPlan("bet.void.v1", Retention.FACTS),
        ),
        settings=("subgraphs.bets.settings:BetsSettings",),
        workers=("upkeep",),
        area="backoffice.betting.area:BettingArea",
    ),
    Block(
        "lobby",
        acknowledges=True,
        settings=("subgraphs.lobby.configuration:LobbySettings",),
        workers=("upkeep",),
        area="backoffice.lobby.area:LobbyArea",
    ),
)
BLOCKS: Final = (*OWN, *further_blocks(OWN))
BY_NAME: Final = {block.name: block for block in BLOCKS}
SUBGRAPHS: Final = tuple(BY_NAME)
