"""Settings of the feeds."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.feeds.feed import AnyFeed
from consumers.feeds.registry import find, known


class FeedSettings(BaseSettings):
    """Which feeds the platform has, and what their topics are called there."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FEEDS_")

    adapters: str = Field(
        default=",".join(known()),
        description="Feeds by name, separated by commas; a name with a dot is a Python module with a `FEED`",
    )
    topics: dict[str, str] = Field(
        default_factory=dict,
        description='Topics that are called otherwise than by contract, as {"sports": "prod.sports.bets"}',
    )

    def feeds(self) -> list[AnyFeed]:
        """The feeds.

        Raises:
            consumers.feeds.registry.UnknownFeed: one is not there.
        """
        return find([name.strip() for name in self.adapters.split(",") if name.strip()])

    def topic(self, feed: AnyFeed) -> str:
        """What a feed's topic is called here."""
        return self.topics.get(feed.name, feed.topic)
