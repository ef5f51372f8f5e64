"""What a bet-slip reads, what it subscribes to, and what the widget shows are one selection of the club."""

from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "web" / "packages" / "client" / "src" / "operations" / "club.graphql"


def fields_below(document: DocumentNode, operation: str, *path: str) -> set[str]:
    """Return the paths of all fields below a field, in an operation of a document."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    (found,) = (
        definition
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        and definition.name
        and definition.name.value == operation
    )

    def walk(selections: SelectionSetNode | None, above: str) -> set[str]:
        paths: set[str] = set()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FragmentSpreadNode):
                paths |= walk(fragments[selection.name.value].selection_set, above)
            elif isinstance(selection, FieldNode):
                name = f"{above}{selection.name.value}"
                paths |= {name} | walk(selection.selection_set, f"{name}.")
        return paths

    prefix = "".join(f"{name}." for name in path)
    every = walk(found.selection_set, "")
    return {each.removeprefix(prefix) for each in every if each.startswith(prefix)}


def contract(name: str) -> DocumentNode:
    """Return a document of `contracts/`."""
    return parse((ROOT / "contracts" / name).read_text(encoding="utf-8"))


BETSLIP = fields_below(contract("betslip.graphql"), "Betslip", "club")


def test_the_bet_slip_subscribes_to_what_it_reads() -> None:
    """Each event can take the place of the query's answer."""
    assert fields_below(contract("updates.graphql"), "ClubUpdates", "clubUpdated", "club") == BETSLIP


@pytest.mark.parametrize(
    ("operation", "path"), [("Club", ("club",)), ("ClubUpdated", ("clubUpdated", "club"))]
)
def test_the_widget_shows_all_that_a_bet_slip_reads(operation: str, path: tuple[str, ...]) -> None:
    """The widget adds to it, and subscribes to the fragment that it reads."""
    widget = parse(WIDGET.read_text(encoding="utf-8"))
    shown = fields_below(widget, operation, *path)
    assert shown >= BETSLIP
    assert shown == fields_below(widget, "Club", "club")
