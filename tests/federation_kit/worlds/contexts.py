"""Arguments that are set from an object further up: `@context` and `@fromContext`."""

from __future__ import annotations

from tests.federation_kit.worlds.entities import BY_ID
from tests.federation_kit.worlds.fields import leaf, own, wrapped
from tests.federation_kit.worlds.presence import add_key
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop


def add_context(workshop: Workshop) -> None:
    """One entity sets a context; another, which is reached only from it, has a field that reads it."""
    if not workshop.features.contexts:
        return
    fact = workshop.pick(workshop.entities)
    graph = workshop.pick(fact.homes)
    readable = [
        field
        for field in fact.fields.values()
        if graph in field.owners
        and field.named in ("String", "Int")
        and not field.arguments
        and not field.requires
    ]
    if not readable or graph == workshop.interface_graph:
        return
    workshop.graphs[graph].types[fact.name].directives.append('@context(name: "above")')
    source = workshop.pick(readable)
    young = ObjectFact("Young", homes=[graph])
    workshop.objects["Young"] = young
    add_key(workshop, graph, young, BY_ID)
    _add_reader(workshop, graph, young, source)
    _add_elsewhere(workshop, graph, young)
    link = FieldFact("young", wrapped(workshop, "Young"))
    fact.fields["young"] = link
    own(workshop, graph, fact, link)


def _add_reader(workshop: Workshop, graph: str, young: ObjectFact, source: FieldFact) -> None:
    plain = FieldFact("plain", leaf(workshop))
    young.fields["plain"] = plain
    own(workshop, graph, young, plain)
    told = FieldFact("told", "String!")
    young.fields["told"] = told
    draft = own(workshop, graph, young, told)
    # The argument may be null wherever the value may.
    kind = source.type.removesuffix("!")
    draft.arguments = f'given: {kind} @fromContext(field: "$above {{ {source.name} }}")'


def _add_elsewhere(workshop: Workshop, graph: str, young: ObjectFact) -> None:
    """A field of another subgraph, so that one has to leave and may come back."""
    others = [each for each in workshop.graphs if each not in (graph, workshop.interface_graph)]
    if not others:
        return
    other = workshop.pick(others)
    add_key(workshop, other, young, BY_ID)
    young.homes.append(other)
    far = FieldFact("far", leaf(workshop))
    young.fields["far"] = far
    own(workshop, other, young, far)
