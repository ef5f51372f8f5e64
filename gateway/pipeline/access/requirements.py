"""What a client must have to see something: rules, all of which must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import product
from math import prod
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

from gateway.supergraph import Access

MAX_COMBINATIONS: Final = 4_096
"""With more combinations of alternatives than this, no rule is said to follow from them."""


class Rule(Struct, frozen=True):
    """One rule that a client must satisfy.

    Attributes:
        kind: The directive that demands it.
        alternatives: Sets of scopes or policies, one of which is needed as a whole; empty for
            `@authenticated`.
    """

    kind: Literal["authenticated", "scopes", "policies"]
    alternatives: frozenset[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        """Return the rule as text for logs, such as `scopes read and see, or all`."""
        texts = sorted(" and ".join(sorted(alternative)) for alternative in self.alternatives)
        return f"{self.kind} {', or '.join(texts)}".rstrip()


Requirement: TypeAlias = frozenset[Rule]
"""All rules that must hold; empty for what everybody may see."""

NOTHING: Final[Requirement] = frozenset()
AUTHENTICATED: Final = Rule("authenticated")


class Granted(Struct, frozen=True):
    """The rights of a request.

    Attributes:
        authenticated: Whether its client is authenticated.
        scopes: The client's scopes.
        policies: The policies that hold for it.
    """

    authenticated: bool = False
    scopes: frozenset[str] = frozenset()
    policies: frozenset[str] = field(default=frozenset())

    def satisfies(self, rule: Rule) -> bool:
        """Return whether a rule holds."""
        match rule.kind:
            case "authenticated":
                return self.authenticated
            case "scopes":
                return any(alternative <= self.scopes for alternative in rule.alternatives)
            case "policies":
                return any(alternative <= self.policies for alternative in rule.alternatives)

    def unmet(self, rules: Iterable[Rule]) -> Requirement:
        """Return the rules that do not hold."""
        return frozenset(rule for rule in rules if not self.satisfies(rule))


def requirement(access: Access | None) -> Requirement:
    """Return the requirement of the directives at one coordinate.

    A list without alternatives, or with an empty one, demands nothing, as in Apollo's router.
    """
    if access is None:
        return NOTHING
    rules = {AUTHENTICATED} if access.authenticated else set()
    for kind, alternatives in (("scopes", access.scopes), ("policies", access.policies)):
        if alternatives and all(alternatives):
            rules.add(Rule(kind, frozenset(map(frozenset, alternatives))))  # type: ignore[arg-type]
    return frozenset(rules)


def policies_in(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the names of all policies that rules speak of."""
    return frozenset(
        name
        for rule in rules
        if rule.kind == "policies"
        for alternative in rule.alternatives
        for name in alternative
    )


def implies(rules: Collection[Rule], rule: Rule) -> bool:
    """Return whether a rule holds wherever all of the given rules hold."""
    alike = [other.alternatives for other in rules if other.kind == rule.kind]
    if rule.kind == "authenticated" or not alike:
        return bool(alike)
    if prod(map(len, alike)) > MAX_COMBINATIONS:
        return False
    return all(any(wanted <= have for wanted in rule.alternatives) for have in _combined(alike))


def _combined(alternatives: Iterable[frozenset[frozenset[str]]]) -> Iterator[frozenset[str]]:
    """Yield the rights of a client that satisfies one alternative of each list."""
    for chosen in product(*alternatives):
        yield frozenset[str]().union(*chosen)
