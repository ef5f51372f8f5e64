"""Header rules: what subgraphs get of a client's headers, and of what the gateway knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gateway.errors import SupergraphError
from gateway.feature import Feature, Version, VersionParts
from gateway.features.header_rules.model import (
    HeaderRules,
    Insertion,
    Propagation,
    RequestRule,
    Selection,
    expression,
)
from gateway.features.header_rules.settings import HeaderRuleSettings
from gateway.http.forwarding import Forwarding
from gateway.pipeline.policies import PolicyInput
from gateway.settings import GatewaySettings
from gateway.settings.header_names import OWN_HEADERS
from gateway.transport import (
    EventSource,
    SubgraphOperation,
    SubgraphSubscription,
    Transport,
    prepared_subscription,
)

CREDENTIALS: Final = frozenset({"authorization", "cookie"})
"""Headers that patterns do not match: a rule must name them."""
Step: TypeAlias = Callable[[Mapping[str, str], dict[str, str]], None]
"""Changes a subgraph's headers, given all headers of a request that may be passed on."""


class RulesForHeaders(Feature):
    """Decides for each subgraph which headers its requests have."""

    def transports(self, version: Version) -> Mapping[str, Transport]:
        """Apply each subgraph's rules to its calls.

        Raises:
            SupergraphError: A rule names an unknown subgraph, or the header with the client's key.
        """
        settings, rules = version.settings, _rules(version.settings)
        if unknown := sorted(set(rules.subgraphs) - set(version.transports)):
            raise SupergraphError(f"header rules: the supergraph has no subgraph {', '.join(unknown)}")
        by_subgraph = {name: rules.of(name).request for name in version.transports}
        secret = settings.clients.key_header
        if secret in _named(rule for own_rules in by_subgraph.values() for rule in own_rules):
            raise SupergraphError(f"header rules: {secret} has the keys of clients, which stay here")
        # The gateway itself adds the deadline to calls; no client can send it.
        deadline = () if settings.subgraphs.deadline_header is None else (settings.subgraphs.deadline_header,)
        forwarded, hidden = (*settings.http.forwarded_headers, *deadline), CREDENTIALS | {secret}
        return {
            name: RuledTransport(transport, RequestHeaders.of(forwarded, hidden, by_subgraph[name]))
            for name, transport in version.transports.items()
        }

    def of(self, version: Version) -> VersionParts:
        """Forward all headers that some rule passes on, and add what the gateway knows about a request."""
        settings, rules = version.settings, _rules(version.settings)
        every = [rule for name in version.transports for rule in rules.of(name).request]
        known = KnownValues.of(rule.insert for rule in every if rule.insert is not None)
        forwarding = _forwarding(settings, every)
        if known is not None and known.client:
            names = (*settings.clients.name_headers, *settings.clients.version_headers)
            forwarding = replace(forwarding, varies_by=names)
        return VersionParts(forwarding=forwarding, headers=() if known is None else (known,))


class KnownValues(Struct, frozen=True):
    """Adds what the gateway knows about a request, for subgraphs that receive it as headers.

    Attributes:
        claims: The claims of the session to add, by the keys under which they are stored.
        client: The properties of the client to add, by the keys under which they are stored.
    """

    claims: Mapping[str, str]
    client: Mapping[str, str]

    @classmethod
    def of(cls, inserted: Iterable[Insertion]) -> KnownValues | None:
        """Return the values that rules insert; None if all of them are fixed."""
        claims: dict[str, str] = {}
        client: dict[str, str] = {}
        for insertion in inserted:
            if insertion.source is not None and insertion.claim is not None:
                claims[insertion.source] = insertion.claim
            elif insertion.source is not None and insertion.client is not None:
                client[insertion.source] = insertion.client
        return cls(claims, client) if claims or client else None

    def added(self, policy_input: PolicyInput, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return a request's headers with these values; a client cannot send one of their keys."""
        values = dict(headers)
        claims = getattr(policy_input.session, "claims", None) or {}
        for key, claim in self.claims.items():
            value = text(claims.get(claim))
            if value is not None:
                values[key] = value
        client = policy_input.client
        known = {"name": client.name, "version": client.version, "class": client.client_class.name}
        for key, attribute in self.client.items():
            value = known[attribute]
            if value is not None:
                values[key] = value
        return values


def _rules(settings: GatewaySettings) -> HeaderRules:
    rules: HeaderRules = settings.of(HeaderRuleSettings).rules
    return rules


def _named(rules: Iterable[RequestRule]) -> list[str]:
    """Return the names of the client's headers that rules pass on."""
    propagated = (rule.propagate for rule in rules if rule.propagate is not None)
    return [propagation.named for propagation in propagated if propagation.named is not None]


def _forwarding(settings: GatewaySettings, rules: list[RequestRule]) -> Forwarding:
    """Return what picks the client's headers that any subgraph gets."""
    names = dict.fromkeys((*settings.http.forwarded_headers, *_named(rules)))
    propagated = (rule.propagate for rule in rules if rule.propagate is not None)
    pattern = expression(
        propagation.matching for propagation in propagated if propagation.matching is not None
    )
    if pattern is None:
        return Forwarding.of(names)
    hidden = CREDENTIALS | {settings.clients.key_header}

    def matches(name: str) -> bool:
        return pattern.match(name) is not None and name not in hidden and is_of_client(name)

    return Forwarding.of(names, matches)


def text(value: object) -> str | None:
    """Return a claim as a header value, decoded as Latin-1 like all headers; None if it cannot be one.

    HTTP drops blanks at both ends of a value, and commas separate the parts of a list. A text with such
    blanks, or a part with a comma, would be read as another, so neither can be a value.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            printable = all(ord(character) >= 0x20 and ord(character) != 0x7F for character in value)  # noqa: PLR2004
            return value.encode().decode("latin-1") if printable and value == value.strip(" ") else None
        case list() | tuple():
            parts = [None if isinstance(item, list | tuple) else text(item) for item in value]
            if any(part is None or "," in part for part in parts):
                return None
            return ",".join(part for part in parts if part is not None)
        case _:
            return None


class RequestHeaders(Struct, frozen=True):
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


class RuledTransport(Struct, frozen=True):
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
        names = [name for name in collected if selects(name) and name not in hidden]
        headers |= {name: collected[name] for name in names if is_of_client(name)}

    return step


def _removed(selection: Selection) -> Step:
    selects = selection.selector()

    def step(_collected: Mapping[str, str], headers: dict[str, str]) -> None:
        for name in [name for name in headers if selects(name)]:
            del headers[name]

    return step


def _inserted(name: str, source: str | None, value: str | None) -> Step:
    def step(collected: Mapping[str, str], headers: dict[str, str]) -> None:
        current = value if source is None else collected.get(source)
        if current is None:
            headers.pop(name, None)
        else:
            headers[name] = current

    return step
