"""Key fields that name an entity where another subgraph has them: external, or moved away."""

from __future__ import annotations

from tests.federation_kit.worlds.workshop import Key, ObjectFact, Workshop


def add_external_keys(workshop: Workshop) -> None:
    """Let some homes of an entity use a key whose fields are another home's."""
    if not workshop.features.external_keys:
        return
    for fact in workshop.entities:
        for home in fact.homes:
            keys = fact.keys.get(home, [])
            if workshop.graphs[home].types[fact.name].kind != "type" or not workshop.chance(7):
                continue
            for key in [key for key in keys if _may_be_external(workshop, home, fact, key)][:1]:
                _give_away(workshop, home, fact, key)


def _may_be_external(workshop: Workshop, home: str, fact: ObjectFact, key: Key) -> bool:
    """Return whether another home has the fields, and another key leads there and back."""
    others = [each for each in fact.keys[home] if each != key]
    names = [name for name, _ in key.fields]
    if any(name in {each for other in others for each, _ in other.fields} for name in names):
        return False
    return any(
        all(_owns(workshop, graph, fact, name) for name in names)
        and any(
            other in fact.keys[graph] and all(kind.endswith("!") for _, kind in other.fields)
            for other in others
        )
        for graph in fact.homes
        if graph != home
    )


def _owns(workshop: Workshop, graph: str, fact: ObjectFact, name: str) -> bool:
    draft = workshop.graphs[graph].types[fact.name].fields.get(name)
    if draft is None or graph not in fact.fields[name].owners:
        return False
    return not draft.external and not any("@override" in directive for directive in draft.directives)


def _give_away(workshop: Workshop, home: str, fact: ObjectFact, key: Key) -> None:
    """Mark the fields of a key as external, or those below it, or let another home take them over."""
    names = [name for name, _ in key.fields]
    owners = [
        graph
        for graph in fact.homes
        if graph != home and all(_owns(workshop, graph, fact, name) for name in names)
    ]
    resolving = [
        each
        for name in names
        for each in workshop.defined(fact.name, name)
        if _owns(workshop, each, fact, name)
    ]
    moved = set(resolving) == {home, owners[0]} and workshop.chance(5)
    for name in names:
        field = fact.fields[name]
        field.owners.discard(home)
        if moved:
            draft = workshop.graphs[owners[0]].types[fact.name].fields[name]
            draft.directives.append(f'@override(from: "{home}")')
        else:
            there = workshop.graphs[home].types
            part = next(iter(there[field.named].fields.values())) if name == "spec" else None
            draft = part if part is not None and workshop.chance(5) else there[fact.name].fields[name]
            draft.external = True
    workshop.made.add("external_keys")
