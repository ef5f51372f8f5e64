"""Determines which headers of subgraphs' responses a client receives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gateway.header_rules.model import MergeRule, ResponsePropagation, ResponseRule, Selection
from gateway.header_rules.names import is_own_of_responses

CACHE_CONTROL: Final = "cache-control"
SET_COOKIE: Final = "set-cookie"
"""The header whose values cannot be combined into one line (RFC 9110, 5.3): a client receives all of them."""

MAX_BYTES: Final = 16 * 1024
"""The most bytes of subgraphs' headers in one response; any further headers are left out."""


@dataclass(slots=True)
class Collected:
    """The headers for the client that the subgraphs of one request have sent.

    Attributes:
        values: The values of each header, in the order in which subgraphs answered.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    _bytes: int = 0

    def put(self, name: str, values: list[str], merge: MergeRule) -> None:
        """Add the headers of a subgraph."""
        known = self.values.get(name)
        self._bytes += sum(len(name) + len(value) for value in values)
        if self._bytes > MAX_BYTES:
            return
        if known is None:
            self.values[name] = list(values)
        elif merge == "append" or name in {SET_COOKIE, CACHE_CONTROL}:
            known.extend(values)
        elif merge == "last":
            self.values[name] = list(values)

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return the client's headers."""
        lines: list[tuple[bytes, bytes]] = []
        for name, values in self.values.items():
            if name == CACHE_CONTROL:
                together = [strictest(values)]
            else:
                together = values if name == SET_COOKIE else [", ".join(values)]
            lines.extend((name.encode("latin-1"), value.encode("latin-1")) for value in together)
        return tuple(lines)


COLLECTED: Final[ContextVar[Collected | None]] = ContextVar("COLLECTED", default=None)
"""Collects the headers of the current request's responses; set only if there are rules."""


def collect() -> Collected:
    """Collect the headers of responses that the current task and its child tasks receive from now on."""
    collected = Collected()
    COLLECTED.set(collected)
    return collected


Found: TypeAlias = Mapping[str, list[str]]
Picked: TypeAlias = dict[str, tuple[list[str], MergeRule]]
Step: TypeAlias = Callable[[Found, Picked], None]
"""Changes the headers for a client, given all headers of a response."""


@dataclass(frozen=True, slots=True)
class ReplyHeaders:
    """Picks the headers of one subgraph's responses that clients receive.

    Attributes:
        rules: The subgraph's rules.
    """

    rules: tuple[ResponseRule, ...]
    _steps: tuple[Step, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        steps = tuple(_step(rule) for rule in self.rules)
        object.__setattr__(self, "_steps", steps)  # derived from the rules; the class is frozen

    def receive(self, received: Iterable[tuple[bytes, bytes]]) -> None:
        """Collect the headers of a response for the current request, if any.

        Args:
            received: The headers' names in lower case, and their values.
        """
        collected = COLLECTED.get()
        if collected is None:
            return
        found: dict[str, list[str]] = {}
        for header, octets in received:
            found.setdefault(header.decode("latin-1"), []).append(octets.decode("latin-1"))
        picked: Picked = {}
        for step in self._steps:
            step(found, picked)
        for name, (values, merge) in picked.items():
            collected.put(name, values, merge)


def _step(rule: ResponseRule) -> Step:
    if rule.propagate is not None:
        return _propagated(rule.propagate)
    if rule.remove is not None:
        return _removed(rule.remove)

    def step(_found: Found, picked: Picked) -> None:
        if rule.insert is not None:
            picked[rule.insert.name] = [rule.insert.value], "last"

    return step


def _propagated(rule: ResponsePropagation) -> Step:
    selects, target, merge = rule.selector(), rule.rename, rule.merge

    def step(found: Found, picked: Picked) -> None:
        for name, values in found.items():
            if selects(name) and not is_own_of_responses(name):
                picked[target or name] = values, merge

    return step


def _removed(selection: Selection) -> Step:
    selects = selection.selector()

    def step(_found: Found, picked: Picked) -> None:
        for name in [name for name in picked if selects(name)]:
            del picked[name]

    return step


def strictest(values: Iterable[str]) -> str:
    """Return a Cache-Control value that allows only what all of the given ones allow."""
    directives = [_parsed(value) for value in values]
    if any("no-store" in each for each in directives):
        return "no-store"
    parts = []
    if any("no-cache" in each for each in directives):
        parts.append("no-cache")
    is_public = all("public" in each and "private" not in each for each in directives)
    parts.append("public" if is_public else "private")
    # A value without a lifetime leaves it to the cache; the combined value must not.
    ages = [each.get("max-age", "") for each in directives]
    parts.append(f"max-age={min(int(age) if age.isdigit() else 0 for age in ages)}")
    if any("must-revalidate" in each for each in directives):
        parts.append("must-revalidate")
    return ", ".join(parts)


def _parsed(value: str) -> dict[str, str]:
    pairs = (each.strip().partition("=") for each in value.lower().split(","))
    return {name.strip(): argument.strip(' "') for name, _, argument in pairs}
