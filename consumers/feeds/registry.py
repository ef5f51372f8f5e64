"""Finds the adapters: those of this project by their file's name, others by their module's."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

from consumers.feeds import adapters
from consumers.feeds.feed import AnyFeed, Feed


class UnknownFeed(ValueError):
    """There is no such adapter."""


def known() -> list[str]:
    """The names of the adapters that come with this project: the files in `adapters`."""
    return sorted(module.name for module in iter_modules(adapters.__path__))


def find(names: Sequence[str]) -> list[AnyFeed]:
    """Feeds by name; a name with a dot is a module outside this project, with a `FEED` as ours have.

    Raises:
        UnknownFeed: there is no such adapter, or two of them are in one another's way.
    """
    feeds = [_feed(name) for name in names]
    for what, found in (("name", [one.name for one in feeds]), ("topic", [one.topic for one in feeds])):
        twice = sorted({one for one in found if found.count(one) > 1})
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
        raise UnknownFeed(f"{module}.FEED is no feed")
    return feed
