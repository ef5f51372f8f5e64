"""Features of interface objects: interfaces that they implement, and interfaces without implementations."""

from __future__ import annotations

from tests.federation_kit.worlds.drafts import FieldDraft, TypeDraft
from tests.federation_kit.worlds.fields import leaf, own, wrapped
from tests.federation_kit.worlds.workshop import AbstractFact, FieldFact, ObjectFact, Workshop


def add_lonely_interface(workshop: Workshop) -> None:
    """An interface with a key and without members; other subgraphs have objects in its place."""
    if not workshop.features.lonely_interfaces or _leads_back(workshop):
        return
    home, *others = workshop.some(list(workshop.graphs), least=2)
    identity = FieldFact("id", "ID!", key=True)
    ghost = workshop.objects["Ghost"] = ObjectFact("Ghost", {"id": identity}, homes=others)
    interface = TypeDraft("interface", ['@key(fields: "id")'], fields={"id": FieldDraft("ID!")})
    workshop.graphs[home].types["Ghost"] = interface
    # Who cannot be asked by key has to be the only one to lead there.
    is_stub = workshop.chance(4)
    for number, graph in enumerate(others):
        stub = ", resolvable: false" if number == 0 and is_stub else ""
        directives = [f'@key(fields: "id"{stub})', "@interfaceObject"]
        there = TypeDraft("type", directives, fields={"id": FieldDraft("ID!")})
        workshop.graphs[graph].types["Ghost"] = there
        fields = [FieldFact(f"chill{number}", leaf(workshop))]
        if (number == 0 or not is_stub) and workshop.chance(5):
            fields.append(FieldFact(f"kin{number}", wrapped(workshop, "Ghost")))
        for field in fields:
            ghost.fields[field.name] = field
            own(workshop, graph, ghost, field)
    query = workshop.objects["Query"]
    roots = [("ghost", others[0], wrapped(workshop, "Ghost"))]
    if not is_stub:  # nobody could resolve the stub's fields
        roots.append(("nobody", home, "[Ghost]!"))
    for name, graph, kind in roots:
        query.fields[name] = FieldFact(name, kind)
        own(workshop, graph, query, query.fields[name])
    workshop.made.add("lonely_interfaces")


def add_object_interface(workshop: Workshop) -> None:
    """An interface that only the interface object implements, and with it all that it stands for."""
    graph = workshop.interface_graph
    if graph is None or not workshop.features.object_interfaces or _leads_back(workshop):
        return
    being = workshop.abstracts["Being"]
    there = workshop.graphs[graph].types["Being"]
    name = "aura0"
    draft = there.fields[name]
    there.implements.append("Shiny")
    fields = {name: FieldDraft(draft.type, draft.arguments)}
    workshop.graphs[graph].types["Shiny"] = TypeDraft("interface", fields=fields)
    members = list(being.members)
    workshop.abstracts["Shiny"] = AbstractFact("Shiny", "interface", members, {graph: members})
    query = workshop.objects["Query"]
    query.fields["shiny"] = FieldFact("shiny", wrapped(workshop, "Shiny"))
    own(workshop, graph, query, query.fields["shiny"])
    workshop.made.add("object_interfaces")


def _leads_back(workshop: Workshop) -> bool:
    """Return whether a payload leads back to the query type, which can then have no more fields."""
    return "Payload" in workshop.objects and "query" in workshop.objects["Payload"].fields
