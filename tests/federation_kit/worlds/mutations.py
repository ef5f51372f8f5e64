"""Mutations: their payload is shared, counts, and leads back to the query type."""

from __future__ import annotations

from tests.federation_kit.worlds.fields import draw_arguments, own
from tests.federation_kit.worlds.presence import may_have
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop


def add_mutations(workshop: Workshop) -> None:
    """Some mutations in some subgraphs."""
    if not workshop.features.mutations:
        return
    target = workshop.pick(workshop.entities)
    graphs = [graph for graph in workshop.graphs if may_have(workshop, graph, target.name)]
    payload = ObjectFact("Payload", {"seq": FieldFact("seq", "Int!"), "one": FieldFact("one", target.name)})
    workshop.objects["Payload"] = payload
    mutation = workshop.objects.setdefault("Mutation", ObjectFact("Mutation"))
    for number in range(workshop.pick((1, 2, 3))):
        graph = workshop.pick(graphs)
        arguments = draw_arguments(workshop) if workshop.features.arguments else ""
        field = FieldFact(f"do{number}", "Payload!", arguments)
        mutation.fields[field.name] = field
        own(workshop, graph, mutation, field)
    if workshop.chance(5):
        _lead_back(workshop, payload)


def _lead_back(workshop: Workshop, payload: ObjectFact) -> None:
    """A field that leads back to the query type.

    The composition library thinks that no other subgraph's root fields can be reached from there, so every
    subgraph that has the payload shares all root fields.
    """
    query = workshop.objects["Query"]
    graphs = sorted(payload.fields["seq"].owners)
    roots = list(query.fields.values())
    if not all(may_have(workshop, graph, root.named) for graph in graphs for root in roots):
        return
    back = FieldFact("query", "Query!", owners=set(graphs))
    payload.fields["query"] = back
    for graph in graphs:
        workshop.define(graph, "Payload", back)
        for root in roots:
            own(workshop, graph, query, root)
