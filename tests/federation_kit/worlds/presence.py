"""Add the types to a subgraph that its fields refer to."""

from __future__ import annotations

from tests.federation_kit.worlds.drafts import FieldDraft, TypeDraft
from tests.federation_kit.worlds.workshop import AbstractFact, FieldFact, Key, ObjectFact, Workshop

ID = FieldFact("id", "ID!")
HUES = ("RED", "GREEN", "BLUE")
TONES = ("LOW", "MID", "HIGH")


def may_have(workshop: Workshop, graph: str, name: str) -> bool:
    """Return whether a subgraph may refer to a type; an interface object excludes the interface's members."""
    if graph != workshop.interface_graph:
        return not _is_split(workshop, name)
    interface = next(abstract for abstract in workshop.abstracts.values() if abstract.kind == "interface")
    if name == interface.name:
        return True
    if name in interface.members or name in workshop.abstracts or _is_split(workshop, name):
        return False
    fact = workshop.objects.get(name)
    if fact is None:
        return True
    held = [field.named for field in fact.fields.values() if not fact.keys or field.key]
    return all(may_have(workshop, graph, named) for named in held)


def _is_split(workshop: Workshop, name: str) -> bool:
    return name in workshop.objects and workshop.objects[name].split


def ensure(workshop: Workshop, graph: str, name: str) -> None:
    """Make a type known to a subgraph, with all that it needs there."""
    types = workshop.graphs[graph].types
    if name in workshop.abstracts:
        _ensure_abstract(workshop, graph, workshop.abstracts[name])
    elif name in workshop.objects and name not in types:
        fact = workshop.objects[name]
        if fact.keys:
            _refer(workshop, graph, fact)
        else:
            _share(workshop, graph, fact)
    elif name == "Hue":
        types.setdefault(name, TypeDraft("enum", members=list(HUES)))
    elif name == "Tone" and name not in types:
        types[name] = TypeDraft("enum", members=sorted(workshop.some(TONES), key=TONES.index))
    elif name == "Moment":
        types.setdefault(name, TypeDraft("scalar"))
    elif name == "Filter" and name not in types:
        _ensure_filter(workshop, graph)


def _ensure_filter(workshop: Workshop, graph: str) -> None:
    ensure(workshop, graph, "Hue")
    fields = {"n": FieldDraft("Int = 2"), "hue": FieldDraft("Hue"), "deep": FieldDraft("Filter")}
    if workshop.chance(3):
        # The supergraph has what all subgraphs have, so this one is not there for clients.
        fields[f"only_{graph}"] = FieldDraft("Int")
    workshop.graphs[graph].types["Filter"] = TypeDraft("input", fields=fields)


def _share(workshop: Workshop, graph: str, fact: ObjectFact) -> None:
    """A value type, whole."""
    workshop.type_in(graph, fact.name).directives.append("@shareable")
    for field in fact.fields.values():
        ensure(workshop, graph, field.named)
        workshop.define(graph, fact.name, field)
        field.owners.add(graph)


def _refer(workshop: Workshop, graph: str, fact: ObjectFact) -> None:
    """An entity that this subgraph can only name, by a key that another resolves."""
    resolvable = not (workshop.features.stubs and workshop.chance(6))
    if fact.alternates:
        for each in fact.keys[fact.homes[0]]:
            add_key(workshop, graph, fact, each, resolvable=resolvable)
        return
    keys = [key for home in fact.homes for key in fact.keys[home] if _may_refer_by(workshop, graph, key)]
    key = workshop.pick(keys)
    add_key(workshop, graph, fact, key, resolvable=resolvable)


def _may_refer_by(workshop: Workshop, graph: str, key: Key) -> bool:
    """Return whether a key identifies an entity: it is never null, and the subgraph may have its types."""
    return all(kind.endswith("!") for _, kind in key.fields) and _can_hold(workshop, graph, key)


def _can_hold(workshop: Workshop, graph: str, key: Key) -> bool:
    return all(may_have(workshop, graph, FieldFact(name, kind).named) for name, kind in key.fields)


def add_key(workshop: Workshop, graph: str, fact: ObjectFact, key: Key, *, resolvable: bool = True) -> None:
    """Give an entity a key in a subgraph."""
    there = workshop.type_in(graph, fact.name)
    suffix = "" if resolvable else ", resolvable: false"
    there.directives.append(f'@key(fields: "{key.text}"{suffix})')
    fact.keys.setdefault(graph, []).append(key)
    for name, kind in key.fields:
        field = fact.fields.setdefault(name, FieldFact(name, kind))
        field.key = True
        ensure(workshop, graph, field.named)
        if key.text == f"{name} {{ id }}":
            add_id(workshop, graph, workshop.objects[field.named])
        workshop.define(graph, fact.name, field)
        field.owners.add(graph)


def add_id(workshop: Workshop, graph: str, fact: ObjectFact) -> None:
    """Give an entity its id in a subgraph, whether or not that is a key there."""
    field = fact.fields.setdefault("id", FieldFact("id", "ID!"))
    workshop.define(graph, fact.name, field)
    field.owners.add(graph)


def _ensure_abstract(workshop: Workshop, graph: str, fact: AbstractFact) -> None:
    if graph in fact.within:
        return
    at_home = [member for member in fact.members if member in workshop.graphs[graph].types]
    members = workshop.some(
        at_home or [member for member in fact.members if may_have(workshop, graph, member)]
    )
    fact.within[graph] = sorted(members)
    for member in members:
        ensure(workshop, graph, member)
    there = workshop.type_in(graph, fact.name, fact.kind)
    if fact.kind == "union":
        there.members = fact.within[graph]
        return
    for member in members:
        workshop.graphs[graph].types[member].implements.append(fact.name)
        add_id(workshop, graph, workshop.objects[member])
    drafts = [workshop.graphs[graph].types[member].fields for member in members]
    for name in ("id", "label", "grade", "pal"):
        if all(name in draft for draft in drafts):
            there.fields[name] = fact.draft(name, drafts[0][name])
