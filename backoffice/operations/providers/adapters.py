"""All adapters by one declaration: with a process of their own, in the feed worker, and in fulfilment.

Feeds of bets and adapters for rewards stay where they run; here they are presented from what they declare.
"""

from collections.abc import Iterator
from typing import Final

from consumers.feeds import adapters as feeds
from consumers.feeds.delivery.kafka_clients import REQUEST_BYTES
from consumers.feeds.mapping.feed import BETS
from consumers.feeds.settings import FeedSettings, UnknownFeed, find, known
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits
from providers.registry import NAMES as PROCESSES
from providers.registry import UnknownAdapter, find_adapter
from subgraphs.fulfilment.providers.adapters import Adapter
from subgraphs.fulfilment.providers.provider_client import RESPONSE_BYTES
from subgraphs.fulfilment.providers.settings import FulfilmentSettings

COMMANDS: Final = {Kind.BET_FEED: "furlong worker feeds", Kind.REWARDS: "furlong worker fulfilment"}


def command_of(declared: AdapterDeclaration) -> str:
    """Return the command of the process that an adapter runs in."""
    return COMMANDS.get(declared.kind, f"furlong provider run {declared.name}")


def process_adapters() -> list[AdapterDeclaration]:
    """Return the adapters that have a process of their own."""
    return [find_adapter(name) for name in PROCESSES]


def bet_feeds(settings: FeedSettings) -> list[AdapterDeclaration]:
    """Return this project's feeds of bets, and others that are configured; only those are imported."""
    own = known()
    others = [name for name in configured_feeds(settings) if name not in own]
    return [
        *(_bet_feed(name, f"{feeds.__name__}.{name}") for name in own),
        *(_bet_feed(_name_of(module), module) for module in others),
    ]


def configured_feeds(settings: FeedSettings) -> list[str]:
    """Return the feeds that the worker runs, by name or module."""
    return [name.strip() for name in settings.adapters.split(",") if name.strip()]


def is_configured(declared: AdapterDeclaration, settings: FeedSettings) -> bool:
    """Return whether the feed worker runs a feed."""
    module = declared.implementation.partition(":")[0]
    return not {feed_of(declared), module}.isdisjoint(configured_feeds(settings))


def feed_of(declared: AdapterDeclaration) -> str:
    """Return the name of a feed, as the feed worker has it."""
    return declared.name.removeprefix(BETS)


def rewards_adapters() -> list[AdapterDeclaration]:
    """Return the adapters for providers of rewards; a provider is configured with one of them."""
    return [rewards_adapter(adapter) for adapter in Adapter]


def rewards_adapter(adapter: Adapter) -> AdapterDeclaration:
    """Return how an adapter of fulfilment is declared; each provider's configuration names its secret."""
    return AdapterDeclaration(
        name=adapter.declaration.name,
        kind=Kind.REWARDS,
        settings=FulfilmentSettings,
        capabilities=frozenset({Capability.REWARDS}),
        limits=Limits(items=0, message_bytes=RESPONSE_BYTES),
        implementation=f"subgraphs.fulfilment.providers.{adapter.declaration.name}:ADAPTER",
    )


def all_adapters(settings: FeedSettings) -> Iterator[AdapterDeclaration]:
    """Yield all adapters; nothing is imported of those that do not run."""
    yield from process_adapters()
    yield from bet_feeds(settings)
    yield from rewards_adapters()


def switchable_names(settings: FeedSettings) -> frozenset[str]:
    """Return the names that no provider of rewards may have, because adapters are switched off by them."""
    return frozenset(declared.name for declared in (*process_adapters(), *bet_feeds(settings)))


def find_in(settings: FeedSettings, name: str) -> AdapterDeclaration:
    """Return the adapter of a name, with a process of its own or in the feed worker.

    Raises:
        UnknownAdapter: There is none.
    """
    for declared in (*process_adapters(), *bet_feeds(settings)):
        if declared.name == name:
            return declared
    names = ", ".join(sorted(switchable_names(settings)))
    raise UnknownAdapter(f"there is no provider {name[:64]!r}: there are {names}")


def _name_of(module: str) -> str:
    """Return the name of a feed outside this project; its module's if it cannot be imported."""
    try:
        return find([module])[0].name
    except UnknownFeed:
        return module


def _bet_feed(name: str, module: str) -> AdapterDeclaration:
    return AdapterDeclaration(
        name=f"{BETS}{name}",
        kind=Kind.BET_FEED,
        settings=FeedSettings,
        capabilities=frozenset({Capability.BETS}),
        limits=Limits(items=0, message_bytes=REQUEST_BYTES),
        implementation=f"{module}:FEED",
    )
