"""Settings of the feeds."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.registry import find, known


class FeedSettings(BaseSettings):
    """The configured feeds, and the names of their topics in this installation."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FEEDS_")

    adapters: str = Field(
        default=",".join(known()),
        description="Names of feeds, separated by commas; a name with a dot is a Python module with a `FEED`",
    )
    topics: dict[str, str] = Field(
        default_factory=dict,
        description='Topic names that differ from the contract, such as {"sports": "prod.sports.bets"}',
    )

    def feeds(self) -> list[AnyFeed]:
        """Return the configured feeds.

        Raises:
            consumers.feeds.registry.UnknownFeed: A feed does not exist.
        """
        return find([name.strip() for name in self.adapters.split(",") if name.strip()])

    def topic(self, feed: AnyFeed) -> str:
        """Return the name of a feed's topic in this installation."""
        return self.topics.get(feed.name, feed.topic)
