"""The composed graph offers clients everything that they may rely on."""

from pathlib import Path

import pytest
from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
    validate,
)
from graphql.utilities import build_ast_schema

from tests.support.subgraphs.club_fixture import ClubFixture
from tests.support.subgraphs.club_samples import NOW

ROOT = Path(__file__).resolve().parents[2]
NOT_YET = {
    "Fulfilment",
    "FulfilmentStatus",
    "Club.fulfilment",
}
"""Parts of the contract that come with later subgraphs."""


def facts(document: DocumentNode, *, public: bool = False) -> set[str]:
    """What a schema promises, a line each: types, fields with arguments and types, enum values.

    Args:
        document: Of type definitions.
        public: Leaves out what only federation and other subgraphs see.
    """
    lines: set[str] = set()
    for definition in document.definitions:
        if not hasattr(definition, "name") or (public and hidden(definition)):
            continue
        match definition:
            case ObjectTypeDefinitionNode(name=name, fields=fields):
                lines.add(f"type {name.value}")
                lines.update(field_fact(name.value, f) for f in fields or () if not (public and hidden(f)))
            case InputObjectTypeDefinitionNode(name=name, fields=fields):
                lines.add(f"input {name.value}")
                lines.update(f"{name.value}.{value_fact(value)}" for value in fields or ())
            case EnumTypeDefinitionNode(name=name, values=values):
                lines.add(f"enum {name.value}")
                lines.update(f"{name.value}={value.name.value}" for value in values or ())
            case ScalarTypeDefinitionNode(name=name):
                lines.add(f"scalar {name.value}")
    return lines


def hidden(node: object) -> bool:
    """Whether a definition is inaccessible to clients."""
    directives: tuple[DirectiveNode, ...] = getattr(node, "directives", None) or ()
    return any(directive.name.value == "inaccessible" for directive in directives)


def field_fact(owner: str, field: FieldDefinitionNode) -> str:
    """A field with its arguments and type."""
    arguments = ", ".join(sorted(value_fact(argument) for argument in field.arguments or ()))
    return f"{owner}.{field.name.value}({arguments}): {print_ast(field.type)}"


def value_fact(value: InputValueDefinitionNode) -> str:
    """An argument or input field with its type and default."""
    default = f" = {print_ast(value.default_value)}" if value.default_value else ""
    return f"{value.name.value}: {print_ast(value.type)}{default}"


def read(name: str) -> DocumentNode:
    """A file of the project, parsed."""
    return parse((ROOT / name).read_text(encoding="utf-8"))


def is_due(fact: str) -> bool:
    """Whether a fact of the contract is to be kept by now."""
    words = fact.replace("type ", "").replace("enum ", "")
    return not any(
        words == name or words.startswith((f"{name}.", f"{name}=", f"{name}(")) for name in NOT_YET
    )


def test_the_supergraph_keeps_the_contract_with_clients() -> None:
    """Every type, field, argument, default and value of the contract is in the public part."""
    promised = {fact for fact in facts(read("contracts/client.graphql")) if is_due(fact)}
    missing = promised - facts(read("schema.public.graphql"), public=True)
    assert missing == set()
    assert len(promised) > 150


def test_the_supergraph_keeps_the_contract_of_the_wallet() -> None:
    """With the same arguments, inputs and values."""
    promised = facts(read("contracts/wallet.graphql"))
    assert promised - facts(read("schema.public.graphql"), public=True) == set()
    assert len(promised) > 80


def test_what_is_for_subgraphs_only_is_not_public() -> None:
    """The fields that subgraphs exchange are in the supergraph, and hidden."""
    internal = {"Club.jurisdiction(): String!", "Club.currency(): String!", "Membership.leftAt(): DateTime"}
    assert internal <= facts(read("schema.public.graphql"))
    assert internal.isdisjoint(facts(read("schema.public.graphql"), public=True))


@pytest.mark.parametrize("operations", ["betslip.graphql", "mutations.graphql"])
def test_the_clients_operations_are_valid_in_the_contract(operations: str) -> None:
    """What the page asks for is valid against the schema it relies on."""
    schema = build_ast_schema(read("contracts/client.graphql"))
    assert validate(schema, read(f"contracts/{operations}")) == []


def test_the_supergraph_is_made_of_the_subgraphs_as_they_are(tmp_path: Path) -> None:
    """Every field that a subgraph resolves by itself is in the supergraph with the same type."""
    club_fixture = ClubFixture.over(f"sqlite+aiosqlite:///{tmp_path}", NOW)
    composed = facts(read("schema.graphql"))
    for subgraph in (club_fixture.club, club_fixture.rewards, club_fixture.progress):
        own = facts(parse(subgraph.schema.as_str()))
        service = {fact for fact in own if "_Service" in fact or "_Entity" in fact or "_Any" in fact}
        assert {fact for fact in own - service if not fact.startswith("scalar")} <= composed
