"""What the resolvers of rules work with."""

from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.rules.service import SchemeRules


@dataclass(frozen=True, slots=True)
class RulesContext:
    """The context of a request."""

    actor: Actor
    rules: SchemeRules
