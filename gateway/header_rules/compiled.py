"""Header rules, compiled for the subgraphs of a supergraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.clients import ClientIdentity
from gateway.header_rules.model import HeaderRules, Insertion
from gateway.header_rules.names import expression, is_of_client, text
from gateway.header_rules.requests import RequestHeaders
from gateway.header_rules.responses import ReplyHeaders
from gateway.header_rules.transport import RuledTransport
from gateway.transport import Transport

CREDENTIALS: Final = frozenset({"authorization", "cookie"})
"""Headers that patterns do not match: a rule must name them."""


@dataclass(frozen=True, slots=True)
class KnownValues:
    """Values that the gateway knows about a request, for subgraphs that receive them as headers.

    Attributes:
        claims: The claims of the session to add, by the keys under which they are stored.
        client: The properties of the client to add, by the keys under which they are stored.
    """

    claims: Mapping[str, str]
    client: Mapping[str, str]

    def added(self, forwarded: Mapping[str, str], session: object, client: ClientIdentity) -> dict[str, str]:
        """Return a request's headers with these values; a client cannot send one of their keys."""
        values = dict(forwarded)
        claims = getattr(session, "claims", None) or {}
        for key, claim in self.claims.items():
            value = text(claims.get(claim))
            if value is not None:
                values[key] = value
        known = {"name": client.name, "version": client.version, "class": client.client_class.name}
        for key, attribute in self.client.items():
            value = known[attribute]
            if value is not None:
                values[key] = value
        return values


@dataclass(frozen=True, slots=True)
class ClientHeaders:
    """The client's headers that may be passed on to any subgraph.

    Attributes:
        names: The names of headers that rules name.
        pattern: Matches the names of headers that rules' patterns select; None without patterns.
        hidden: Names that patterns must not match.
    """

    names: tuple[str, ...]
    pattern: re.Pattern[str] | None
    hidden: frozenset[str]

    def matches(self, name: str) -> bool:
        """Return whether a pattern allows a header to be passed on."""
        return (
            self.pattern is not None
            and self.pattern.match(name) is not None
            and name not in self.hidden
            and is_of_client(name)
        )


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """The rules for the subgraphs of a supergraph.

    Attributes:
        of_clients: The client's headers that may be passed on.
        known: The values that the gateway adds; None if it adds none.
        requests: The rules for requests, by subgraph.
        replies: The rules for responses, by subgraph, where responses carry headers for clients.
    """

    of_clients: ClientHeaders
    known: KnownValues | None
    requests: Mapping[str, RequestHeaders]
    replies: Mapping[str, ReplyHeaders]

    @property
    def names_clients(self) -> bool:
        """Whether subgraphs receive the names and versions of clients."""
        return self.known is not None and bool(self.known.client)

    def applied(self, transports: Mapping[str, Transport]) -> dict[str, Transport]:
        """Return transports that apply the rules."""
        return {name: RuledTransport(each, self.requests[name]) for name, each in transports.items()}


def compile_rules(
    rules: HeaderRules,
    subgraphs: Iterable[str],
    forwarded: Iterable[str],
    secret: str,
    added: Iterable[str] = (),
) -> CompiledRules:
    """Compile rules.

    Args:
        rules: The rules.
        subgraphs: The names of all subgraphs.
        forwarded: The headers that each subgraph receives without a rule.
        secret: The header with a client's key, which no subgraph may receive.
        added: Headers that the gateway itself adds to calls, and that no client can send.

    Raises:
        ValueError: A rule names an unknown subgraph, or the header with the client's key.
    """
    forwarded, by_subgraph = tuple(forwarded), {name: rules.of(name) for name in subgraphs}
    unknown = sorted(set(rules.subgraphs) - set(by_subgraph))
    if unknown:
        raise ValueError(f"header rules: the supergraph has no subgraph {', '.join(unknown)}")
    every = [rule for each in by_subgraph.values() for rule in each.request]
    propagated = [rule.propagate for rule in every if rule.propagate is not None]
    named = [each.named for each in propagated if each.named is not None]
    if secret in named:
        raise ValueError(f"header rules: {secret} has the keys of clients, which stay in the gateway")
    known = _known(rule.insert for rule in every if rule.insert is not None)
    hidden = CREDENTIALS | {secret}
    return CompiledRules(
        of_clients=ClientHeaders(
            tuple(dict.fromkeys((*forwarded, *named))),
            expression(each.matching for each in propagated if each.matching is not None),
            hidden,
        ),
        known=known,
        requests={
            name: RequestHeaders.of((*forwarded, *added), hidden, each.request)
            for name, each in by_subgraph.items()
        },
        replies={name: ReplyHeaders(each.response) for name, each in by_subgraph.items() if each.response},
    )


def _known(inserted: Iterable[Insertion]) -> KnownValues | None:
    claims: dict[str, str] = {}
    client: dict[str, str] = {}
    for each in inserted:
        if each.source is not None and each.claim is not None:
            claims[each.source] = each.claim
        elif each.source is not None and each.client is not None:
            client[each.source] = each.client
    return KnownValues(claims, client) if claims or client else None
