"""Fields that are computed from fields of other subgraphs: `@requires`, and the externals that it needs."""

from __future__ import annotations

import re

from tests.federation_kit.worlds.fields import composites, draw_arguments, leaf, wrapped
from tests.federation_kit.worlds.presence import ensure, may_have
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop, named

DEEPEST = 2


def add_requires(workshop: Workshop) -> None:
    """Computed fields, each of which may require those that were there before: so there is no cycle."""
    features = workshop.features
    if not (features.requires or features.nested_requires or features.argument_requires):
        return
    spread = [entity for entity in workshop.entities if len(entity.homes) > 1]
    for number in range(workshop.pick((1, 2, 3, 4))) if spread else ():
        fact = workshop.pick(spread)
        home = workshop.pick(fact.homes)
        text = _selection(workshop, home, fact, DEEPEST)
        if text:
            _add_computed(workshop, home, fact, f"sum{number}", text)
        if text != _with_other_arguments(text) and workshop.chance(6):
            _add_computed(workshop, home, fact, f"other{number}", _with_other_arguments(text))


def _with_other_arguments(required: str) -> str:
    """Return the same fields with other arguments: no representation can hold both."""
    for one, other in (("n: 1", "n: 2"), ("m: 1", "m: 2"), ("RED", "BLUE"), ('\\"q\\"', '\\"z\\"')):
        required = required.replace(one, other)
    return required


def _add_computed(workshop: Workshop, home: str, fact: ObjectFact, name: str, required: str) -> None:
    kind = "String!"
    if workshop.chance(3):
        targets = [composite for composite in composites(workshop) if may_have(workshop, home, composite)]
        kind = wrapped(workshop, workshop.pick(targets)) if targets else kind
    arguments = draw_arguments(workshop) if workshop.features.arguments and workshop.chance(3) else ""
    for each in ("Hue", "Filter"):
        if each in arguments:
            ensure(workshop, home, each)
    field = FieldFact(name, kind, arguments, owners={home}, requires=True)
    fact.fields[name] = field
    ensure(workshop, home, field.named)
    workshop.define(home, fact.name, field).directives.append(f'@requires(fields: "{required}")')


def _selection(workshop: Workshop, graph: str, fact: ObjectFact, depth: int) -> str:
    """Return a selection of fields that a subgraph does not resolve; they become external there."""
    open_to = [field for field in fact.fields.values() if _may_require(workshop, graph, fact, field, depth)]
    if not open_to:
        return ""
    parts = []
    for field in workshop.some(open_to)[:3]:
        below = ""
        if is_composite(workshop, field.named):
            mark_external(workshop, graph, fact, field)
            below = _below(workshop, graph, field, depth - 1)
            if not below:
                _unmark(workshop, graph, fact, field)
                continue
        mark_external(workshop, graph, fact, field)
        parts.append(f"{field.name}{literals(workshop, field)}{below}")
    return " ".join(parts)


def _may_require(workshop: Workshop, graph: str, fact: ObjectFact, field: FieldFact, depth: int) -> bool:
    defined = graph in workshop.defined(fact.name, field.name)
    if defined and not workshop.graphs[graph].types[fact.name].fields[field.name].external:
        return False
    if not field.owners or field.key or not may_have(workshop, graph, field.named):
        return False
    if field.arguments and not workshop.features.argument_requires:
        return False
    return not is_composite(workshop, field.named) or (workshop.features.nested_requires and depth > 0)


def _below(workshop: Workshop, graph: str, field: FieldFact, depth: int) -> str:
    """Return a selection below a required field, in braces; empty if nothing can be selected."""
    if field.named in workshop.abstracts:
        parts = _abstract_parts(workshop, graph, field.named, depth)
    else:
        parts = _parts(workshop, graph, workshop.objects[field.named], depth)
    return f" {{ {' '.join(parts)} }}" if parts else ""


def _parts(workshop: Workshop, graph: str, fact: ObjectFact, depth: int) -> list[str]:
    """Fields of an object below a required field: its own leaves, and others' as externals."""
    here = workshop.graphs[graph].types[fact.name].fields
    leaves = [
        field
        for field in fact.fields.values()
        if not is_composite(workshop, field.named)
        and (field.name in here or (fact.keys and field.owners and not field.key))
        and (not field.arguments or workshop.features.argument_requires)
        and not (field.requires and graph in field.owners)
    ]
    parts = []
    for each in workshop.some(leaves)[:2]:
        if each.name not in here:
            mark_external(workshop, graph, fact, each)
        parts.append(f"{each.name}{literals(workshop, each)}")
    nested = [
        field
        for field in fact.fields.values()
        if not fact.keys and is_composite(workshop, field.named) and field.name in here
    ]
    if nested and depth > 0:
        below = _below(workshop, graph, nested[0], depth - 1)
        if below:
            parts.append(f"{nested[0].name}{below}")
    if parts and workshop.chance(2):
        parts.insert(0, "__typename")
    return parts


def _abstract_parts(workshop: Workshop, graph: str, name: str, depth: int) -> list[str]:
    fact = workshop.abstracts[name]
    there = workshop.graphs[graph].types[name]
    parts = []
    if fact.kind == "interface" and workshop.chance(6):
        leaves = [
            name for name, field in there.fields.items() if not is_composite(workshop, named(field.type))
        ]
        parts += [each for each in workshop.some(leaves) if not there.fields[each].arguments]
    if workshop.chance(2):
        parts.append("__typename")
    if workshop.interface_graph != graph:
        for member in workshop.some(fact.within[graph], least=0 if parts else 1):
            below = _parts(workshop, graph, workshop.objects[member], depth)
            if below:
                parts.append(f"... on {member} {{ {' '.join(below)} }}")
    return parts


def mark_external(workshop: Workshop, graph: str, fact: ObjectFact, field: FieldFact) -> None:
    """Make a field known in a subgraph that does not resolve it."""
    ensure(workshop, graph, field.named)
    for each in ("Hue", "Filter"):
        if each in field.arguments:
            ensure(workshop, graph, each)
    workshop.define(graph, fact.name, field, external=True)


def _unmark(workshop: Workshop, graph: str, fact: ObjectFact, field: FieldFact) -> None:
    """Take an external away again that is not used; what others use stays, for they defined it before."""
    there = workshop.graphs[graph].types[fact.name]
    used = any(
        re.search(rf"\b{field.name}\b", directive)
        for draft in workshop.graphs[graph].types.values()
        for each in draft.fields.values()
        for directive in each.directives
    )
    if not used:
        del there.fields[field.name]


def is_composite(workshop: Workshop, name: str) -> bool:
    """Return whether a type has selections."""
    return name in workshop.objects or name in workshop.abstracts


def literals(workshop: Workshop, field: FieldFact) -> str:
    """Arguments as literals: those that must be given, and some others."""
    parts = []
    for declaration in field.arguments.split(", ") if field.arguments else ():
        name, _, kind = declaration.partition(": ")
        if "!" in kind.removeprefix("[ID!]").removeprefix("[Filter!]") or workshop.chance(5):
            parts.append(f"{name}: {_literal(workshop, kind)}")
    return f"({', '.join(parts)})" if parts else ""


def _literal(workshop: Workshop, kind: str) -> str:
    match named(kind.partition(" = ")[0]):
        case "Int":
            return str(workshop.pick((1, 2)))
        case "Hue":
            return workshop.pick(("RED", "BLUE"))
        case "Filter":
            return "{n: 5}" if not kind.startswith("[") else "[{n: 6}]"
        case "ID":
            return '[\\"p\\"]'
        case _:
            return '\\"q\\"'


def add_interface_fields(workshop: Workshop) -> None:
    """Fields that a subgraph adds to all members of an interface through an interface object."""
    graph = workshop.interface_graph
    if graph is None:
        return
    being = workshop.abstracts["Being"]
    there = workshop.graphs[graph].types["Being"]
    home = workshop.graphs[next(iter(workshop.graphs))].types["Being"]
    for number in range(workshop.pick((1, 2))):
        kind = leaf(workshop)
        arguments = draw_arguments(workshop) if workshop.features.arguments and workshop.chance(3) else ""
        _add_to_members(workshop, graph, FieldFact(f"aura{number}", kind, arguments, owners={graph}))
    shown = [name for name, field in home.fields.items() if name != "id" and not field.arguments]
    if workshop.features.requires and shown and workshop.chance(6):
        chosen = workshop.some(shown)
        for name in chosen:
            fact = FieldFact(name, home.fields[name].type)
            ensure(workshop, graph, fact.named)
            workshop.define(graph, being.name, fact, external=True)
        _add_to_members(workshop, graph, FieldFact("blend", "String!", owners={graph}, requires=True))
        there.fields["blend"].directives.append(f'@requires(fields: "{" ".join(chosen)}")')


def _add_to_members(workshop: Workshop, graph: str, field: FieldFact) -> None:
    ensure(workshop, graph, field.named)
    for each in ("Hue", "Filter"):
        if each in field.arguments:
            ensure(workshop, graph, each)
    workshop.define(graph, "Being", field)
    for member in workshop.abstracts["Being"].members:
        workshop.objects[member].fields[field.name] = field
