"""Sends each subgraph's requests with the headers that its rules give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.features.header_rules.model import Propagation, RequestRule, Selection
from gateway.forwarding import OWN_HEADERS
from gateway.transport import (
    EventSource,
    SubgraphOperation,
    SubgraphSubscription,
    Transport,
    prepared_subscription,
)

Step: TypeAlias = Callable[[Mapping[str, str], dict[str, str]], None]
"""Changes a subgraph's headers, given all headers of a request that may be passed on."""


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """The headers of one subgraph's requests.

    Inserted headers come last, and never from a client: without a value, the header is not sent.

    Attributes:
        steps: The changes, applied in order.
        shares_session: Whether the headers that a session may have been read from are passed on unchanged, so
            that an in-process subgraph may receive the session.
    """

    steps: tuple[Step, ...]
    shares_session: bool

    @classmethod
    def of(
        cls, forwarded: Iterable[str], hidden: frozenset[str], rules: Iterable[RequestRule]
    ) -> RequestHeaders:
        """Build the headers from the rules.

        Args:
            forwarded: The headers that are passed on without a rule.
            hidden: Headers that patterns do not match.
            rules: The rules, in order.
        """
        names = tuple(forwarded)
        steps: list[Step] = [_passed_on(names)]
        last: list[Step] = []
        shares_session = True
        for rule in rules:
            if rule.propagate is not None:
                steps.append(_propagated(rule.propagate, hidden))
                renamed = rule.propagate.target in names and rule.propagate.target != rule.propagate.named
                shares_session &= not renamed
            elif rule.remove is not None:
                steps.append(_removed(rule.remove))
                shares_session &= not any(map(rule.remove.selector(), names))
            elif rule.insert is not None:
                last.append(_inserted(rule.insert.name, rule.insert.source, rule.insert.value))
                shares_session &= rule.insert.name not in names
        return cls((*steps, *last), shares_session)

    def of_request(self, collected: Mapping[str, str]) -> dict[str, str]:
        """Return the subgraph's headers."""
        headers: dict[str, str] = {}
        for step in self.steps:
            step(collected, headers)
        return headers


@dataclass(frozen=True, slots=True)
class RuledTransport:
    """Sends operations by another transport, with headers according to the rules.

    Attributes:
        transport: The other transport.
        headers: The subgraph's headers.
    """

    transport: Transport
    headers: RequestHeaders

    @property
    def trusted(self) -> bool:
        """Whether the other transport is trusted."""
        return self.transport.trusted

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation, as the other transport does."""
        call, headers = self.transport.prepare(document, operation_name), self.headers
        shares_session = headers.shares_session

        async def with_headers(
            variables: Mapping[str, Any], collected: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            return await call(variables, headers.of_request(collected), session if shares_session else None)

        return with_headers

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription, as the other transport does."""
        headers = self.headers
        subscribe = prepared_subscription(self.transport, document, operation_name)

        async def with_headers(
            variables: Mapping[str, Any], collected: Mapping[str, str], session: object
        ) -> EventSource:
            seen = headers.of_request(collected)
            return await subscribe(variables, seen, session if headers.shares_session else None)

        return with_headers


def is_of_client(name: str) -> bool:
    """Return whether a pattern may pass on this header: none that the gateway sends or has added."""
    return not name.startswith(":") and name not in OWN_HEADERS


def _passed_on(names: tuple[str, ...]) -> Step:
    def step(collected: Mapping[str, str], headers: dict[str, str]) -> None:
        for name in names:
            if name in collected:
                headers[name] = collected[name]

    return step


def _propagated(rule: Propagation, hidden: frozenset[str]) -> Step:
    if rule.matching is not None:
        return _matching(rule, hidden)
    source, target, default = rule.named or "", rule.target or "", rule.default

    def step(collected: Mapping[str, str], headers: dict[str, str]) -> None:
        value = collected.get(source, default)
        if value is not None:
            headers[target] = value

    return step


def _matching(rule: Selection, hidden: frozenset[str]) -> Step:
    selects = rule.selector()

    def step(collected: Mapping[str, str], headers: dict[str, str]) -> None:
        found = [name for name in collected if selects(name) and name not in hidden]
        headers |= {name: collected[name] for name in found if is_of_client(name)}

    return step


def _removed(selection: Selection) -> Step:
    selects = selection.selector()

    def step(_collected: Mapping[str, str], headers: dict[str, str]) -> None:
        for name in [name for name in headers if selects(name)]:
            del headers[name]

    return step


def _inserted(name: str, source: str | None, value: str | None) -> Step:
    def step(collected: Mapping[str, str], headers: dict[str, str]) -> None:
        found = value if source is None else collected.get(source)
        if found is None:
            headers.pop(name, None)
        else:
            headers[name] = found

    return step
