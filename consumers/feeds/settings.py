"""Settings of the feeds, and where their adapters are found."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from consumers.feeds import adapters
from consumers.feeds.mapping.feed import AnyFeed, Feed


class UnknownFeed(ValueError):
    """No such adapter exists, or two of them conflict."""


def known() -> list[str]:
    """Return the names of this project's adapters, which are the files in `adapters`."""
    return sorted(module.name for module in iter_modules(adapters.__path__))


def find(names: Sequence[str]) -> list[AnyFeed]:
    """Return feeds by name; a name with a dot is a module outside this project that defines `FEED`.

    Raises:
        UnknownFeed: No such adapter exists, or two of them have the same name or topic.
    """
    feeds = [_feed(name) for name in names]
    for what, values in (("name", [feed.name for feed in feeds]), ("topic", [feed.topic for feed in feeds])):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise UnknownFeed(f"two feeds have the same {what}: {', '.join(twice)}")
    return feeds


def _feed(name: str) -> AnyFeed:
    module = name if "." in name else f"{adapters.__name__}.{name}"
    try:
        feed = import_module(module).FEED
    except (ModuleNotFoundError, AttributeError) as error:
        raise UnknownFeed(f"no feed {name!r}: there are {', '.join(known())} ({error})") from error
    if not isinstance(feed, Feed):
        raise UnknownFeed(f"{module}.FEED is not a feed")
    return feed


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
            consumers.feeds.settings.UnknownFeed: A feed does not exist.
        """
        return find([name.strip() for name in self.adapters.split(",") if name.strip()])

    def topic(self, feed: AnyFeed) -> str:
        """Return the name of a feed's topic in this installation."""
        return self.topics.get(feed.name, feed.topic)
