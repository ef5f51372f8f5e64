"""Collects what subgraphs say beside the data of one request, and gives it to that request's client.

It is collected where a call is made, inside all caches: an answer that was fetched for somebody else has
none.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from gateway.feature import Feature, Version, VersionParts
from gateway.features.propagation.cache_control import most_restrictive
from gateway.features.propagation.settings import PropagationSettings
from gateway.http.client import Reply
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.stages import GraphQLResponse
from gateway.transport import (
    HttpTransport,
    SubgraphOperation,
    SubgraphSubscription,
    Transport,
    prepared_subscription,
)
from gateway.transport.reply_headers import COLLECT, Lines

CACHE_CONTROL: Final = b"cache-control"
NO_STORE: Final = (CACHE_CONTROL, b"no-store")
VALIDATORS: Final = frozenset({CACHE_CONTROL, b"etag", b"vary"})
EXTENSIONS: Final[ContextVar[dict[str, Any] | None]] = ContextVar("furlong_extensions", default=None)
"""The extensions that subgraphs have sent for the request that is answered."""


class Propagation(Feature):
    """Gives clients those headers and extensions of subgraphs that rules name."""

    def transports(self, version: Version) -> Mapping[str, Transport]:
        """Keep the headers of replies over HTTP, and the extensions of all."""
        settings = version.settings.of(PropagationSettings)
        names = frozenset(name.encode() for name in settings.headers)
        for transport in version.transports.values():
            if names and isinstance(transport, HttpTransport):
                transport.connections.keep_headers(names)
        if not settings.extensions:
            return version.transports
        return {
            name: ExtendedTransport(transport, settings.extensions)
            for name, transport in version.transports.items()
        }

    def of(self, version: Version) -> VersionParts:
        """Add what was collected to responses and replies."""
        settings = version.settings.of(PropagationSettings)
        rules = {name.encode(): rule for name, rule in settings.headers.items()}
        extends = bool(settings.extensions)
        return VersionParts(
            headers=(BeginExtensions(),) if extends else (),
            responses=(AddExtensions(),) if extends else (),
            replies=(AddReplyHeaders(rules),) if rules else (),
        )


class ExtendedTransport(Struct, frozen=True):
    """Sends operations by another transport, and collects the extensions of its responses.

    Attributes:
        transport: The other transport.
        rules: How the extensions are merged, by their keys; others are not collected.
    """

    transport: Transport
    rules: Mapping[str, str]

    @property
    def trusted(self) -> bool:
        """Whether the other transport is trusted."""
        return self.transport.trusted

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation, as the other transport does."""
        call, collect = self.transport.prepare(document, operation_name), self._collect

        async def collecting(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            response = await call(variables, headers, session)
            collect(response.get("extensions"))
            return response

        return collecting

    def prepare_subscription(self, document: str, operation_name: str | None) -> SubgraphSubscription:
        """Prepare a subscription, as the other transport does; many clients may share it."""
        return prepared_subscription(self.transport, document, operation_name)

    def _collect(self, extensions: object) -> None:
        collected = EXTENSIONS.get()
        if collected is None or not isinstance(extensions, dict):
            return
        for key, rule in self.rules.items():
            if key in extensions and (rule == "last" or key not in collected):
                collected[key] = extensions[key]


class BeginExtensions:
    """Collects extensions for each request by itself."""

    @staticmethod
    def added(policy_input: PolicyInput, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Begin to collect; not for a subscription, whose events others may share."""
        EXTENSIONS.set(None if policy_input.prepared.document.is_subscription else {})
        return headers


class AddExtensions:
    """Adds subgraphs' extensions to the response, where the gateway says nothing by the same key."""

    @staticmethod
    def complete(_policy_input: PolicyInput, response: GraphQLResponse) -> GraphQLResponse:
        """Return the response with the extensions."""
        collected = EXTENSIONS.get()
        if not collected:
            return response
        extensions = {**collected, **response.body.get("extensions", {})}
        return replace(response, body={**response.body, "extensions": extensions})

    @staticmethod
    def adds_to(_policy_input: PolicyInput) -> bool:
        """Return False: nothing is added to the events of subscriptions."""
        return False


@dataclass(slots=True)
class Collected:
    """The headers of one request's calls, merged as they arrive.

    Attributes:
        rules: How headers are merged, by name.
        values: The merged headers.
    """

    rules: Mapping[bytes, str]
    values: dict[bytes, bytes] = field(default_factory=dict)

    def add(self, lines: Lines) -> None:
        """Merge the kept headers of a reply."""
        for name, value in lines:
            before, rule = self.values.get(name), self.rules.get(name)
            if rule == "restrictive":
                self.values[name] = most_restrictive([value] if before is None else [before, value])
            elif rule is not None and (rule == "last" or before is None):
                self.values[name] = value


class AddReplyHeaders(Struct, frozen=True):
    """Adds headers of subgraphs to replies.

    Attributes:
        rules: How headers are merged, by name.
    """

    rules: Mapping[bytes, str]
    header: bytes | None = None
    varies_by: tuple[str, ...] = ()

    async def around(self, answering: Coroutine[Any, Any, Reply], _headers: Mapping[bytes, bytes]) -> Reply:
        """Return the reply with the headers that were collected meanwhile."""
        collected = Collected(self.rules)
        token = COLLECT.set(collected.add)
        try:
            status, content_type, body, more = await answering
        finally:
            COLLECT.reset(token)
        if not collected.values or not status:
            return status, content_type, body, more
        return status, content_type, body, tuple(_with(more, collected.values))


def _with(own: Iterable[tuple[bytes, bytes]], added: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a reply with those of subgraphs.

    A cache must not give one client's headers to another, so only Cache-Control leaves a reply cacheable.
    """
    kept = [header for header in own if header[0] not in VALIDATORS and header[0] not in added]
    caching = [header for header in own if header[0] in VALIDATORS]
    others = [header for header in added.items() if header[0] != CACHE_CONTROL]
    if others:
        return [*kept, *others, NO_STORE]
    lifetimes = [value for name, value in caching if name == CACHE_CONTROL]
    merged = most_restrictive([*lifetimes, added[CACHE_CONTROL]])
    if merged == b"no-store":
        return [*kept, NO_STORE]
    return [*kept, (CACHE_CONTROL, merged), *(header for header in caching if header[0] != CACHE_CONTROL)]
