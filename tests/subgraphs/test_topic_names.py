"""The topics that blocks plan are those whose names their code reads and writes."""

from subgraphs import block_list
from subgraphs.bets.trading import topics as trading_topics
from subgraphs.club_kit import topics
from subgraphs.kit import topics as platform_topics
from subgraphs.wallet import topics as wallet_topics


def test_each_planned_topic_has_its_name_from_the_table() -> None:
    """The list of blocks imports no block's code, so it writes the names once more."""
    names = vars(topics) | vars(platform_topics) | vars(wallet_topics) | vars(trading_topics)
    named = {value for name, value in names.items() if name.endswith("_TOPIC")}
    planned = {topic.name for block in block_list.OWN for topic in block.topics}
    assert planned <= named
