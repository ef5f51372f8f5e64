"""The first steps: the entities, the subgraphs that have them, and the keys that lead there."""

from __future__ import annotations

from tests.federation_kit.worlds.drafts import FieldDraft, TypeDraft
from tests.federation_kit.worlds.presence import add_id, add_key, ensure
from tests.federation_kit.worlds.workshop import AbstractFact, FieldFact, Key, ObjectFact, Workshop

ENTITIES = ("Ant", "Bee", "Cat", "Dog")
BY_ID = Key("id", (("id", "ID!"),))
BY_CODE = Key("code", (("code", "String!"),))
BY_NICK = Key("nick", (("nick", "String"),))
BY_PLACE = Key("north east", (("north", "Int!"), ("east", "String!")))
BY_CELL = Key("row column", (("row", "Int"), ("column", "String!")))


def add_entities(workshop: Workshop) -> None:
    """Some entities with their homes; the interface first, for it decides where its members may live."""
    names = list(ENTITIES[: 1 + workshop.pick((1, 0, 2, 3))])
    for name in names:
        workshop.objects[name] = ObjectFact(name)
    _add_abstracts(workshop, names)
    for position, name in enumerate(names):
        _settle(workshop, workshop.objects[name], names[:position])
    if workshop.interface_graph is not None:
        _add_interface_object(workshop, workshop.interface_graph)


def _add_abstracts(workshop: Workshop, names: list[str]) -> None:
    features = workshop.features
    if features.interfaces or features.interface_objects:
        workshop.abstracts["Being"] = AbstractFact("Being", "interface", sorted(workshop.some(names)))
    if features.unions:
        workshop.abstracts["Found"] = AbstractFact("Found", "union", sorted(workshop.some(names)))
    if features.interface_objects:
        workshop.interface_graph = list(workshop.graphs)[-1]


def _settle(workshop: Workshop, fact: ObjectFact, earlier: list[str]) -> None:
    """Give an entity its homes, and keys that lead to each of them."""
    strict = workshop.interface_graph is not None and fact.name in workshop.abstracts["Being"].members
    graphs = [graph for graph in workshop.graphs if not strict or graph != workshop.interface_graph]
    fact.homes = workshop.some(graphs, least=1 if workshop.chance(2) else 2)
    if strict and graphs[0] not in fact.homes:
        fact.homes.append(graphs[0])
    links = _links(workshop, fact, earlier)
    # In a chain, a null key would leave no way to the next home.
    by_null = _may_be_null(workshop, fact) if not workshop.features.key_chains else None
    fact.alternates = (
        workshop.features.alternate_keys
        and not (strict or by_null or workshop.features.key_chains)
        and workshop.chance(4)
    )
    for position, home in enumerate(fact.homes):
        keys = [links[min(position, len(links) - 1)]]
        back = links[min(position, len(links)) - 1]
        if position > 0 and back not in keys:
            keys.append(back)
        if strict and BY_ID not in keys:
            keys.insert(0, BY_ID)
        if workshop.features.several_keys and workshop.chance(4) and BY_CODE not in keys:
            keys.append(BY_CODE)
        if by_null is not None:
            keys.insert(0, by_null)
        if fact.alternates:
            keys = [BY_NICK, BY_CELL]
            workshop.made.add("alternate_keys")
        for key in keys:
            add_key(workshop, home, fact, key)
        if workshop.features.extensions and position > 0 and workshop.chance(5):
            _extend(workshop, home, fact, keys)


def _may_be_null(workshop: Workshop, fact: ObjectFact) -> Key | None:
    """Return a key that is null now and then, in whole or in part."""
    if not workshop.features.null_keys or not workshop.chance(3):
        return None
    key = workshop.pick((BY_NICK, BY_CELL, None))
    if key is not None:
        return key
    badge = ObjectFact(f"{fact.name}Badge", {"stamp": FieldFact("stamp", "String")})
    workshop.objects[badge.name] = badge
    return Key("badge { stamp }", (("badge", badge.name),))


def _links(workshop: Workshop, fact: ObjectFact, earlier: list[str]) -> list[Key]:
    """Return the key between each home and the next: by default the same."""
    features = workshop.features
    kinds = [BY_ID]
    if features.key_chains or features.several_keys:
        kinds.append(BY_CODE)
    if features.composite_keys:
        kinds.append(BY_PLACE)
    if features.nested_keys:
        kinds.append(_nested(workshop, fact, earlier))
    if not features.key_chains:
        key = workshop.pick(kinds)
        return [key]
    chain = workshop.some(kinds, least=len(kinds))
    return [chain[position % len(chain)] for position in range(max(1, len(fact.homes) - 1))]


def _nested(workshop: Workshop, fact: ObjectFact, earlier: list[str]) -> Key:
    """Return a key with a selection: of a value, of a list of values, or of another entity."""
    # Where an interface object stands, no member of the interface may come in by somebody's key.
    twins = earlier if workshop.interface_graph is None else []
    kind = workshop.pick(("value", "list", *(("entity",) if twins else ())))
    name = "__typename " if workshop.chance(2) else ""
    if kind == "entity":
        return Key(f"twin {{ {name}id }}", (("twin", f"{workshop.pick(twins)}!"),))
    spec = ObjectFact(f"{fact.name}Spec", {"serial": FieldFact("serial", "String!")})
    workshop.objects[spec.name] = spec
    if kind == "value":
        return Key(f"spec {{ {name}serial }}", (("spec", f"{spec.name}!"),))
    return Key(f"parts {{ {name}serial }}", (("parts", f"[{spec.name}!]!"),))


def _extend(workshop: Workshop, home: str, fact: ObjectFact, keys: list[Key]) -> None:
    there = workshop.graphs[home].types[fact.name]
    there.kind = "extend type"
    for key in keys:
        for name, _ in key.fields:
            there.fields[name].external = True


def _add_interface_object(workshop: Workshop, graph: str) -> None:
    """The interface gets a key where all its members are, and an object stands for it elsewhere."""
    being = workshop.abstracts["Being"]
    home = next(iter(workshop.graphs))
    being.within[home] = list(being.members)
    there = workshop.type_in(home, "Being", "interface")
    there.directives.append('@key(fields: "id")')
    there.fields["id"] = FieldDraft("ID!")
    for member in being.members:
        workshop.graphs[home].types[member].implements.append("Being")
        add_id(workshop, home, workshop.objects[member])
    being.within[graph] = list(being.members)
    workshop.graphs[graph].types["Being"] = TypeDraft(
        "type", ['@key(fields: "id")', "@interfaceObject"], fields={"id": FieldDraft("ID!")}
    )
    ensure(workshop, graph, "Being")
