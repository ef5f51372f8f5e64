"""Header rules as written in JSON or YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.settings.header_names import OWN_HEADERS, TOKEN


def _checked_name(name: str) -> str:
    lowered = name.lower()
    if TOKEN.fullmatch(lowered) is None:
        raise ValueError(f"{name!r} is not a header name")
    return lowered


def _checked_pattern(pattern: str) -> str:
    lowered = pattern.lower()
    if TOKEN.fullmatch(lowered) is None or not lowered.strip("*"):
        raise ValueError(f"{pattern!r} is not a pattern such as x-trace-*")
    return lowered


def _checked_value(value: str) -> str:
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):  # noqa: PLR2004 - control characters
        raise ValueError("control characters cannot be sent")
    return value


Name = Annotated[str, AfterValidator(_checked_name)]
"""A header's name, in lower case."""

Pattern = Annotated[str, AfterValidator(_checked_pattern)]
"""Names with `*` for any characters."""

Value = Annotated[str, AfterValidator(_checked_value)]
"""A header's value without control characters."""


def expression(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Return a regular expression for the names that any of the patterns matches; None without patterns."""
    expressions = [
        translate(pattern.replace("[", "[[]").replace("?", "[?]")) for pattern in sorted(set(patterns))
    ]
    return re.compile("|".join(expressions)) if expressions else None


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
            if name is not None and name in OWN_HEADERS:
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
        if sum(source is not None for source in (self.value, self.claim, self.client)) != 1:
            raise ValueError("give one of value, claim and client")
        if self.name in OWN_HEADERS:
            raise ValueError(f"{self.name} is set by the gateway alone")
        return self

    @property
    def source(self) -> str | None:
        """The key under which the value is stored with a request's headers; None for a fixed value."""
        if self.claim is not None:
            return f":claim:{self.claim}"
        return None if self.client is None else f":client:{self.client}"


class RequestRule(_Strict):
    """One rule for requests to subgraphs, which does one thing."""

    propagate: Propagation | None = None
    insert: Insertion | None = None
    remove: Selection | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if sum(action is not None for _, action in self) != 1:
            raise ValueError("give one of propagate, insert and remove")
        return self


class SubgraphRules(_Strict):
    """The rules of a subgraph, in the order in which they are applied."""

    request: tuple[RequestRule, ...] = ()

    def after(self, general: SubgraphRules) -> SubgraphRules:
        """Return other rules, such as those for all subgraphs, followed by these."""
        return SubgraphRules(request=general.request + self.request)


class HeaderRules(_Strict):
    """The rules for all subgraphs, and the rules for individual subgraphs, which are applied after them."""

    all: SubgraphRules = SubgraphRules()
    subgraphs: dict[str, SubgraphRules] = Field(default_factory=dict)

    def of(self, subgraph: str) -> SubgraphRules:
        """Return the rules that apply to a subgraph."""
        own = self.subgraphs.get(subgraph)
        return self.all if own is None else own.after(self.all)
