"""The book of a market: its runners, and the prices and sizes on each of their ladders. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from providers.exchange.protocol import FIGURES, LADDERS, MarketChange, MarketDefinition, RunnerChange

Ladder: TypeAlias = dict[float, tuple[float, ...]]
"""The levels of a ladder by their price, or by their position where the exchange counts them."""

RunnerKey: TypeAlias = tuple[int, float]
"""A runner's id and handicap."""


class NoImage(Exception):
    """A market changed of which there was no image: what it changed from is not known."""


@dataclass(slots=True)
class RunnerBook:
    """What is offered and traded on a runner."""

    figures: dict[str, float] = field(default_factory=dict)
    ladders: dict[str, Ladder] = field(default_factory=dict)

    def apply(self, change: RunnerChange) -> None:
        """Change what a change names; a level of the size 0 goes, and an empty ladder is emptied."""
        for name in FIGURES:
            if (figure := getattr(change, name)) is not None:
                self.figures[name] = figure
        for name in LADDERS:
            levels = getattr(change, name)
            if levels is not None:
                self._change_ladder(name, levels)

    def _change_ladder(self, name: str, levels: Sequence[tuple[float, ...]]) -> None:
        ladder = self.ladders.pop(name, {})
        if not levels:
            return
        for level in levels:
            if level[-1]:
                ladder[level[0]] = level
            else:
                ladder.pop(level[0], None)
        if ladder:
            self.ladders[name] = ladder

    def back(self) -> Iterator[tuple[float, float]]:
        """Yield prices and sizes that a backer is offered, the highest price first."""
        return self._offers(("atb", "bdatb", "batb"), descending=True)

    def lay(self) -> Iterator[tuple[float, float]]:
        """Yield prices and sizes that a layer is offered, the lowest price first."""
        return self._offers(("atl", "bdatl", "batl"), descending=False)

    def _offers(self, names: Iterable[str], *, descending: bool) -> Iterator[tuple[float, float]]:
        ladder = next((self.ladders[name] for name in names if name in self.ladders), {})
        offers = ((level[-2], level[-1]) for level in ladder.values())
        yield from sorted(offers, reverse=descending)


@dataclass(slots=True)
class MarketBook:
    """A market.

    Attributes:
        traded: The total that was matched, in the account's currency.
    """

    id: str
    definition: MarketDefinition | None = None
    traded: float | None = None
    runners: dict[RunnerKey, RunnerBook] = field(default_factory=dict)

    def apply(self, change: MarketChange) -> None:
        """Change what a change names."""
        self.definition = change.market_definition or self.definition
        self.traded = self.traded if change.tv is None else change.tv
        for runner in change.rc:
            self.runners.setdefault((runner.id, runner.hc or 0.0), RunnerBook()).apply(runner)

    def image(self) -> MarketChange:
        """Return the change that makes this book from nothing."""
        runners = (_image_of(key, book) for key, book in self.runners.items())
        return MarketChange(self.id, True, self.definition, self.traded, tuple(runners))


def _image_of(key: RunnerKey, book: RunnerBook) -> RunnerChange:
    fields: dict[str, Any] = {name: tuple(levels.values()) for name, levels in book.ladders.items()}
    fields.update(book.figures)
    return RunnerChange(id=key[0], hc=key[1], **fields)


@dataclass(slots=True)
class Books:
    """The books of a subscription, by market."""

    markets: dict[str, MarketBook] = field(default_factory=dict)

    def apply(self, changes: Iterable[MarketChange]) -> set[str]:
        """Apply changes in their order; return which markets they were of.

        Raises:
            NoImage: A market of which there is no image changed.
        """
        touched = set()
        for change in changes:
            if change.img:
                self.markets[change.id] = MarketBook(change.id)
            elif change.id not in self.markets:
                raise NoImage(f"market {change.id} changed before its image")
            self.markets[change.id].apply(change)
            touched.add(change.id)
        return touched

    def replace(self, images: Iterable[MarketChange]) -> set[str]:
        """Keep these images and no others; return which markets are there, or have gone.

        Raises:
            NoImage: One of them is no image; nothing is changed then.
        """
        fresh = Books()
        touched = fresh.apply(images) | set(self.markets)
        self.markets = fresh.markets
        return touched
