"""Header rules: what subgraphs get of a client's headers, and of what the gateway knows about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.errors import SupergraphError
from gateway.feature import Feature, Version, VersionParts
from gateway.features.header_rules.model import HeaderRules, Insertion, RequestRule, expression
from gateway.features.header_rules.requests import RequestHeaders, RuledTransport, is_of_client
from gateway.features.header_rules.settings import HeaderRuleSettings
from gateway.forwarding import Forwarding
from gateway.pipeline.policies import PolicyInput
from gateway.settings import GatewaySettings
from gateway.transport import Transport

CREDENTIALS: Final = frozenset({"authorization", "cookie"})
"""Headers that patterns do not match: a rule must name them."""


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
        secret = settings.client_key_header
        if secret in _named(rule for each in by_subgraph.values() for rule in each):
            raise SupergraphError(f"header rules: {secret} has the keys of clients, which stay here")
        # The gateway itself adds the deadline to calls; no client can send it.
        deadline = () if settings.deadline_header is None else (settings.deadline_header,)
        forwarded, hidden = (*settings.forwarded_headers, *deadline), CREDENTIALS | {secret}
        return {
            name: RuledTransport(transport, RequestHeaders.of(forwarded, hidden, by_subgraph[name]))
            for name, transport in version.transports.items()
        }

    def of(self, version: Version) -> VersionParts:
        """Forward all headers that some rule passes on, and add what the gateway knows about a request."""
        settings, rules = version.settings, _rules(version.settings)
        every = [rule for name in version.transports for rule in rules.of(name).request]
        known = KnownValues.of(rule.insert for rule in every if rule.insert is not None)
        names_clients = known is not None and bool(known.client)
        return VersionParts(
            forwarding=_forwarding(settings, every),
            headers=() if known is None else (known,),
            varies_by=(*settings.client_name_headers, *settings.client_version_headers)
            if names_clients
            else (),
        )


@dataclass(frozen=True, slots=True)
class KnownValues:
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
        for each in inserted:
            if each.source is not None and each.claim is not None:
                claims[each.source] = each.claim
            elif each.source is not None and each.client is not None:
                client[each.source] = each.client
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
    return [each.named for each in propagated if each.named is not None]


def _forwarding(settings: GatewaySettings, rules: list[RequestRule]) -> Forwarding:
    """Return what picks the client's headers that any subgraph gets."""
    names = dict.fromkeys((*settings.forwarded_headers, *_named(rules)))
    propagated = (rule.propagate for rule in rules if rule.propagate is not None)
    pattern = expression(each.matching for each in propagated if each.matching is not None)
    if pattern is None:
        return Forwarding.of(names)
    hidden = CREDENTIALS | {settings.client_key_header}

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
            printable = all(ord(each) >= 0x20 and ord(each) != 0x7F for each in value)  # noqa: PLR2004
            return value.encode().decode("latin-1") if printable and value == value.strip(" ") else None
        case list() | tuple():
            parts = [None if isinstance(each, list | tuple) else text(each) for each in value]
            if any(each is None or "," in each for each in parts):
                return None
            return ",".join(each for each in parts if each is not None)
        case _:
            return None
