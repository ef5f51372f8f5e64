"""Drafts of subgraphs, and their SDL."""

from __future__ import annotations

from dataclasses import dataclass, field

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", '
    '"@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag", "@interfaceObject", '
    '"@context", "@fromContext"])'
)


@dataclass(slots=True)
class FieldDraft:
    """A field of a subgraph.

    Attributes:
        type: With wrappers.
        arguments: As written between parentheses; empty without.
        directives: As written.
        external: Whether it is marked so.
    """

    type: str
    arguments: str = ""
    directives: list[str] = field(default_factory=list)
    external: bool = False

    def text(self, name: str) -> str:
        """Return the field as SDL."""
        arguments = f"({self.arguments})" if self.arguments else ""
        directives = [*(["@external"] if self.external else []), *self.directives]
        return " ".join((f"{name}{arguments}: {self.type}", *directives))


@dataclass(slots=True)
class TypeDraft:
    """A type of a subgraph.

    Attributes:
        kind: The keyword: `type`, `interface`, `union`, `enum`, `input` or `scalar`.
        directives: As written.
        implements: Interfaces.
        fields: By name; the fields of inputs too.
        members: Of a union; the values of an enum.
    """

    kind: str
    directives: list[str] = field(default_factory=list)
    implements: list[str] = field(default_factory=list)
    fields: dict[str, FieldDraft] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return the type as SDL."""
        head = f"{self.kind} {name}"
        if self.implements:
            head += f" implements {' & '.join(self.implements)}"
        head = " ".join((head, *self.directives))
        match self.kind:
            case "union":
                return f"{head} = {' | '.join(self.members)}"
            case "scalar":
                return head
            case "enum":
                lines = self.members
            case _:
                lines = [each.text(field_name) for field_name, each in self.fields.items()]
        return "\n".join((f"{head} {{", *(f"  {line}" for line in lines), "}"))


@dataclass(slots=True)
class GraphDraft:
    """A subgraph.

    Attributes:
        types: By name.
        directives: Definitions of its own.
    """

    types: dict[str, TypeDraft] = field(default_factory=dict)
    directives: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the subgraph's SDL."""
        types = (each.text(name) for name, each in self.types.items())
        return "\n".join((LINK, *self.directives, *types))
