"""Header rules as written in JSON or YAML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.header_rules.names import (
    Name,
    Pattern,
    Value,
    expression,
    is_own_of_requests,
    is_own_of_responses,
)

MergeRule = Literal["first", "last", "append"]
"""Which of several subgraphs' values a client receives."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Selection(_Strict):
    """Headers by one name, or by a pattern such as `x-trace-*`."""

    named: Name | None = None
    matching: Pattern | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.named is None) == (self.matching is None):
            raise ValueError("give either named or matching")
        return self

    def selector(self) -> Callable[[str], bool]:
        """Return a function that returns whether a name is selected."""
        pattern, named = expression([self.matching] if self.matching is not None else []), self.named
        return (lambda name: name == named) if pattern is None else (lambda name: bool(pattern.match(name)))


class Propagation(Selection):
    """A client's headers that are passed on to a subgraph."""

    rename: Name | None = None
    default: Value | None = None

    @model_validator(mode="after")
    def _of_one_name(self) -> Self:
        if self.matching is not None and (self.rename is not None or self.default is not None):
            raise ValueError("rename and default need named, not matching")
        for name in (self.named, self.rename):
            if name is not None and is_own_of_requests(name):
                raise ValueError(f"{name} is set by the gateway alone")
        return self

    @property
    def target(self) -> str | None:
        """The name under which a subgraph receives the header; None for a pattern."""
        return self.rename or self.named


class Insertion(_Strict):
    """A header that the gateway adds: a fixed value, a claim, or a property of the client."""

    name: Name
    value: Value | None = None
    claim: str | None = Field(default=None, min_length=1)
    client: Literal["name", "version", "class"] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(each is not None for each in (self.value, self.claim, self.client)) != 1:
            raise ValueError("give one of value, claim and client")
        if is_own_of_requests(self.name):
            raise ValueError(f"{self.name} is set by the gateway alone")
        return self

    @property
    def source(self) -> str | None:
        """The key under which the value is stored with a request's headers; None for a fixed value."""
        if self.claim is not None:
            return f":claim:{self.claim}"
        return None if self.client is None else f":client:{self.client}"


class _OneAction(_Strict):
    """A rule, which does one thing."""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if sum(each is not None for _, each in self) != 1:
            raise ValueError("give one of propagate, insert and remove")
        return self


class RequestRule(_OneAction):
    """One rule for requests to subgraphs."""

    propagate: Propagation | None = None
    insert: Insertion | None = None
    remove: Selection | None = None


class ResponsePropagation(Selection):
    """A subgraph's headers that are passed on to the client."""

    rename: Name | None = None
    merge: MergeRule = "last"

    @model_validator(mode="after")
    def _of_one_name(self) -> Self:
        if self.matching is not None and self.rename is not None:
            raise ValueError("rename needs named, not matching")
        for name in (self.named, self.rename):
            if name is not None and is_own_of_responses(name):
                raise ValueError(f"{name} is set by the gateway alone")
        return self


class ResponseInsertion(_Strict):
    """A header with a fixed value that the client receives if the subgraph was called."""

    name: Name
    value: Value

    @model_validator(mode="after")
    def _not_the_gateways(self) -> Self:
        if is_own_of_responses(self.name):
            raise ValueError(f"{self.name} is set by the gateway alone")
        return self


class ResponseRule(_OneAction):
    """One rule for responses of subgraphs."""

    propagate: ResponsePropagation | None = None
    insert: ResponseInsertion | None = None
    remove: Selection | None = None


class SubgraphRules(_Strict):
    """The rules of a subgraph, in the order in which they are applied."""

    request: tuple[RequestRule, ...] = ()
    response: tuple[ResponseRule, ...] = ()

    def after(self, general: SubgraphRules) -> SubgraphRules:
        """Return other rules, such as those for all subgraphs, followed by these."""
        return SubgraphRules(
            request=general.request + self.request, response=general.response + self.response
        )


class HeaderRules(_Strict):
    """The rules for all subgraphs, and the rules for individual subgraphs, which are applied after them."""

    all: SubgraphRules = SubgraphRules()
    subgraphs: dict[str, SubgraphRules] = Field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphRules:
        """Return the rules that apply to a subgraph."""
        own = self.subgraphs.get(subgraph)
        return self.all if own is None else own.after(self.all)
