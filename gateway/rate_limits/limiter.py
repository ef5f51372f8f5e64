"""Decides for each request whether its sender can pay its cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from gateway.clients import ClientIdentity
from gateway.errors import RequestError
from gateway.rate_limits.buckets import Buckets, Charges
from gateway.rate_limits.client_address import ClientAddresses
from gateway.rate_limits.refusal import RateLimited, Shortage, too_costly
from gateway.rate_limits.rule import RateLimitRule
from gateway.rate_limits.settings import RateLimitSettings

CustomerOf: TypeAlias = Callable[[object], str | None]
"""Returns the key of a session's customer; None if the session belongs to no customer."""


class Store(Protocol):
    """A store of buckets."""

    def take(
        self, charges: Charges, cost: int, *, keep: bool = False
    ) -> Awaitable[Shortage | None] | Shortage | None:
        """Charge all buckets, or none if one has too few points."""
        ...


class Sender(Protocol):
    """The information about the machine that sent a request."""

    @property
    def peer(self) -> str | None:
        """The address at the other end of the connection; None if it has none."""
        ...

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """All headers as bytes, by name in lower case."""
        ...


class RateLimits:
    """The rate limits of a gateway.

    Attributes:
        refused: How many requests were refused, by the `by` of the rule.
        rules: The buckets of all rules.
    """

    def __init__(self, settings: RateLimitSettings, customer_of: CustomerOf | None, store: Store) -> None:
        self.refused: Counter[str] = Counter()
        self.rules = tuple(Buckets(rule, settings.rate_limit_keys) for rule in settings.rate_limits)
        self._customer_of = customer_of or _nobody
        self._store = store
        self._refusal_points = settings.rate_limit_refusal_points
        self._addresses = ClientAddresses(settings.trusted_proxies, settings.forwarded_for_header)
        self._general = _rules_of(self.rules, None)
        named = {each.rule.client_class for each in self.rules} - {None}
        self._by_class = {name: _rules_of(self.rules, name) for name in named}

    def take(
        self, sender: Sender, session: object, client: ClientIdentity, cost: int
    ) -> Awaitable[None] | None:
        """Charge the cost of a request to its sender's buckets.

        Raises:
            RequestError: A bucket has too few points; then no bucket is charged. Awaiting may raise it as
                well.
        """
        return self._decide(self._charges(sender, session, client), cost)

    async def check(self, sender: Sender, session: object, client: ClientIdentity) -> None:
        """Check that a sender can pay for a refusal, before a new document is worked on.

        Raises:
            RequestError: The sender cannot pay.
        """
        undecided = self._decide(
            self._charges_of_refusal(sender, session, client), self._refusal_points, keep=True
        )
        if undecided is not None:
            await undecided

    async def take_refusal(self, sender: Sender, session: object, client: ClientIdentity) -> None:
        """Charge for a request that was refused before its cost was known.

        Raises:
            RequestError: A bucket has too few points; this is then the reason to give to the sender.
        """
        undecided = self._decide(self._charges_of_refusal(sender, session, client), self._refusal_points)
        if undecided is not None:
            await undecided

    def _charges(self, sender: Sender, session: object, client: ClientIdentity) -> list[tuple[Buckets, str]]:
        customer = None if session is None else self._customer_of(session)
        charges = []
        for buckets in self._by_class.get(client.client_class.name, self._general):
            match buckets.rule.by:
                case "customer":
                    key = customer
                case "address":
                    key = self._addresses.find(sender.peer, sender.headers) if customer is None else None
                case "client":
                    key = client.name
                case "class":
                    key = client.client_class.name
            if key is not None:
                charges.append((buckets, key))
        return charges

    def _charges_of_refusal(
        self, sender: Sender, session: object, client: ClientIdentity
    ) -> list[tuple[Buckets, str]]:
        charges = self._charges(sender, session, client)
        return [each for each in charges if each[0].rule.charges_refusals]

    def _decide(self, charges: Charges, cost: int, *, keep: bool = False) -> Awaitable[None] | None:
        if not charges:
            return None
        shortage = self._store.take(charges, cost, keep=keep)
        if shortage is None:
            return None
        if isinstance(shortage, Shortage):
            raise self._refusal(shortage, cost)
        return self._decide_later(shortage, cost)

    async def _decide_later(self, undecided: Awaitable[Shortage | None], cost: int) -> None:
        shortage = await undecided
        if shortage is not None:
            raise self._refusal(shortage, cost)

    def _refusal(self, shortage: Shortage, cost: int) -> RequestError:
        rule = shortage.rule
        self.refused[rule.by] += 1
        return too_costly(rule, cost) if cost > rule.size else RateLimited(shortage)


def _nobody(_session: object) -> None:
    return None


def _rules_of(rules: tuple[Buckets, ...], name: str | None) -> tuple[Buckets, ...]:
    """Return the rules for a class of clients: its own, and the general rules with another `by`."""
    own: set[RateLimitRule] = {each.rule for each in rules if each.rule.client_class == name}
    bys = {rule.by for rule in own} if name is not None else set()
    return tuple(
        each
        for each in rules
        if each.rule in own or (each.rule.client_class is None and each.rule.by not in bys)
    )
