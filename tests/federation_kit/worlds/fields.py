"""The fields of value types, entities, and the roots."""

from __future__ import annotations

from tests.federation_kit.worlds.drafts import FieldDraft
from tests.federation_kit.worlds.presence import ensure, may_have
from tests.federation_kit.worlds.workshop import AbstractFact, FieldFact, ObjectFact, Workshop, named

LEAVES = ("name", "size", "note", "rank")
LINKS = ("mate", "home", "kin")


def add_values(workshop: Workshop) -> None:
    """Value types that any subgraph may share; one may hold another, or refer to an entity."""
    if not workshop.features.values:
        return
    for name in ("Lid", "Box")[: workshop.pick((1, 2))]:
        fact = ObjectFact(name)
        for field_name in LEAVES[: workshop.pick((1, 2, 3))]:
            fact.fields[field_name] = FieldFact(field_name, leaf(workshop))
        held = [*(value.name for value in workshop.values if not value.name.endswith("Spec"))]
        if held and workshop.chance(6):
            fact.fields["lid"] = FieldFact("lid", wrapped(workshop, held[0]))
        if workshop.chance(3):
            fact.fields["of"] = FieldFact("of", wrapped(workshop, workshop.pick(workshop.entities).name))
        workshop.objects[name] = fact
        if workshop.features.unions and workshop.chance(4):
            workshop.abstracts["Found"].members.append(name)


def add_leaves(workshop: Workshop) -> None:
    """Fields of entities without selections; of the interface, the same ones for every member."""
    being = workshop.abstracts.get("Being")
    shared = {}
    if being is not None:
        names = ("label", "grade")[: workshop.pick((1, 2, 0))]
        shared = {name: _drawn(workshop, name, leaf(workshop), 3) for name in names}
    for fact in workshop.entities:
        for name in LEAVES[: workshop.pick((2, 1, 3, 4))]:
            _add(workshop, fact, _drawn(workshop, name, leaf(workshop), 4))
        if being is not None and fact.name in being.members:
            for each in shared.values():
                _add(workshop, fact, FieldFact(each.name, each.type, _more_arguments(workshop, being, each)))
    if being is not None and workshop.interface_graph is not None:
        _show_in_interface(workshop, tuple(shared))


def _more_arguments(workshop: Workshop, being: AbstractFact, field: FieldFact) -> str:
    """Return a member's arguments: those of the interface, and maybe one of its own."""
    if not workshop.features.covariance or not workshop.chance(3):
        return field.arguments
    being.declared[field.name] = (field.type, field.arguments)
    workshop.made.add("covariance")
    return f"{field.arguments}, more: Int" if field.arguments else "more: Int"


def _show_in_interface(workshop: Workshop, names: tuple[str, ...]) -> None:
    """Fields of all members at the interface's home are fields of the interface there."""
    home, being = next(iter(workshop.graphs)), workshop.abstracts["Being"]
    for name in names:
        facts = [workshop.objects[member].fields[name] for member in being.members]
        if all(name in workshop.graphs[home].types[member].fields for member in being.members):
            like = FieldDraft(facts[0].type, facts[0].arguments)
            workshop.graphs[home].types["Being"].fields[name] = being.draft(name, like)


def add_links(workshop: Workshop) -> None:
    """Fields of entities that lead to other objects, abstract ones too."""
    _add_pal(workshop)
    for fact in workshop.entities:
        for name in LINKS[: workshop.pick((1, 0, 2, 3))]:
            owner = workshop.pick(fact.homes)
            targets = [
                composite for composite in composites(workshop) if may_have(workshop, owner, composite)
            ]
            if targets:
                kind = wrapped(workshop, workshop.pick(targets))
                _add(workshop, fact, _drawn(workshop, name, kind, 2), owner)
    if workshop.features.split_values:
        _add_split_value(workshop)


def _add_pal(workshop: Workshop) -> None:
    """A field of the interface that leads on; each member may have it from another subgraph."""
    being = workshop.abstracts.get("Being")
    if being is not None and workshop.features.covariance and workshop.chance(7):
        _add_narrower(workshop, being)
        return
    if being is None or not workshop.chance(4):
        return
    target = workshop.pick(composites(workshop))
    kind = wrapped(workshop, target)
    for fact in [workshop.objects[member] for member in being.members]:
        owners = [home for home in fact.homes if may_have(workshop, home, target)]
        if owners:
            _add(workshop, fact, FieldFact("pal", kind), workshop.pick(owners))


def _add_narrower(workshop: Workshop, being: AbstractFact) -> None:
    """A field that leads from one of the interface to another, of which members know more."""
    shape = workshop.pick(("{}", "[{}]", "[[{}]]")) if workshop.features.lists else "{}"
    being.declared["pal"] = (shape.format("Being"), "")
    home = next(iter(workshop.graphs))
    for member in being.members:
        fact = workshop.objects[member]
        graphs = [graph for graph in fact.homes if graph != workshop.interface_graph]
        owner = home if home in graphs and workshop.chance(8) else workshop.pick(graphs)
        ensure(workshop, owner, "Being")
        there = [each for each in being.within[owner] if each != member]
        target = workshop.pick((member, *there, "Being"))
        sure = "!" if target != "Being" and workshop.chance(3) else ""
        _add(workshop, fact, FieldFact("pal", shape.format(target + sure)), owner)
    drafts = [workshop.graphs[home].types[member].fields for member in being.within.get(home, ())]
    if drafts and all("pal" in draft for draft in drafts):
        workshop.graphs[home].types["Being"].fields["pal"] = being.draft("pal", drafts[0]["pal"])
    workshop.made.add("covariance")


def composites(workshop: Workshop) -> list[str]:
    """Return all types that a field may lead to, from any subgraph."""
    return [
        *(entity.name for entity in workshop.entities),
        *(value.name for value in workshop.values),
        *workshop.abstracts,
    ]


def _drawn(workshop: Workshop, name: str, kind: str, tenths: int) -> FieldFact:
    """Return a field, with arguments in a number of ten cases."""
    with_arguments = workshop.features.arguments and workshop.chance(tenths)
    return FieldFact(name, kind, draw_arguments(workshop) if with_arguments else "")


def _add(workshop: Workshop, fact: ObjectFact, field: FieldFact, owner: str | None = None) -> None:
    """A field of an entity in one of its homes, or in several that share it."""
    fact.fields[field.name] = field
    owners = [owner or workshop.pick(fact.homes)]
    others = [home for home in fact.homes if home not in owners and may_have(workshop, home, field.named)]
    if workshop.features.shareable and others and workshop.chance(4):
        owners += workshop.some(others)
    for graph in owners:
        own(workshop, graph, fact, field)


def own(workshop: Workshop, graph: str, fact: ObjectFact, field: FieldFact) -> FieldDraft:
    """Let a subgraph resolve a field."""
    ensure(workshop, graph, field.named)
    for input_type in input_types(field.arguments):
        ensure(workshop, graph, input_type)
    workshop.type_in(graph, fact.name)
    field.owners.add(graph)
    return workshop.define(graph, fact.name, field)


def input_types(arguments: str) -> list[str]:
    """Return the types that arguments need."""
    return [each for each in ("Hue", "Filter") if each in arguments]


def _add_split_value(workshop: Workshop) -> None:
    """A shareable field of which each subgraph knows other fields below."""
    fact = workshop.pick(workshop.entities)
    if len(fact.homes) < 2:
        return
    view = ObjectFact(f"{fact.name}View", split=True)
    field = FieldFact("view", wrapped(workshop, view.name, deepest=1))
    fact.fields["view"] = field
    owners = workshop.some(fact.homes, least=2)
    for position, graph in enumerate(owners):
        below = view.fields.setdefault(f"part{position}", FieldFact(f"part{position}", leaf(workshop)))
        both = view.fields.setdefault("both", FieldFact("both", "String"))
        workshop.type_in(graph, view.name).directives.append("@shareable")
        for each in (below, both) if workshop.chance(5) else (below,):
            ensure(workshop, graph, each.named)
            workshop.define(graph, view.name, each)
            each.owners.add(graph)
        workshop.define(graph, fact.name, field)
        field.owners.add(graph)
    if not view.fields["both"].owners:
        del view.fields["both"]
    workshop.objects[view.name] = view


def add_roots(workshop: Workshop) -> None:
    """Ways in: every entity has one, and some values and abstract types have."""
    query = workshop.objects.setdefault("Query", ObjectFact("Query"))
    for position, target in enumerate(composites(workshop)):
        graphs = [graph for graph in workshop.graphs if may_have(workshop, graph, target)]
        known = [graph for graph in graphs if target in workshop.graphs[graph].types]
        if target not in [entity.name for entity in workshop.entities] and not workshop.chance(6):
            continue
        field = FieldFact(f"{target.lower()}{position}", wrapped(workshop, target))
        if workshop.features.arguments and workshop.chance(4):
            field.arguments = draw_arguments(workshop)
        owners = [workshop.pick(known if known and not workshop.chance(3) else graphs)]
        if workshop.features.shareable_roots and workshop.chance(4):
            owners += workshop.some([graph for graph in known if graph not in owners], least=0)
        query.fields[field.name] = field
        for graph in owners:
            own(workshop, graph, query, field)
    if workshop.interface_graph is not None and workshop.chance(7):
        beings = FieldFact("beings", wrapped(workshop, "Being"))
        query.fields["beings"] = beings
        own(workshop, workshop.interface_graph, query, beings)


def leaf(workshop: Workshop) -> str:
    """Return a type without fields, wrapped."""
    kinds = ["String", "Int"]
    if workshop.features.scalars:
        kinds += ["Moment", "Float", "Boolean", "ID"]
    if workshop.features.enums:
        kinds += ["Hue", "Tone"]
    return wrapped(workshop, workshop.pick(kinds))


def wrapped(workshop: Workshop, name: str, deepest: int = 2) -> str:
    """Return a type with wrappers; abstract types and the differing enum may be null if no member fits."""
    sure = "" if name in workshop.abstracts or name == "Tone" else "!"
    shapes = ["{}" + sure] if not workshop.features.nulls else ["{}", "{}" + sure]
    if workshop.features.lists:
        shapes += ["[{}" + sure + "]!"]
        if workshop.features.nulls:
            shapes += ["[{}]", "[{}]!"]
        if deepest > 1:
            shapes += ["[[{}" + sure + "]!]!", "[[{}]]"]
    return workshop.pick(shapes).format(name)


def draw_arguments(workshop: Workshop) -> str:
    """Declarations of some arguments."""
    kinds = ["n: Int = 3", "s: String", "m: Int!", 'ids: [ID!] = ["x"]']
    if workshop.features.enums:
        kinds.append("hue: Hue = GREEN")
    if workshop.features.inputs:
        kinds += ["filter: Filter", "filters: [Filter!] = [{n: 1}]"]
    return ", ".join(workshop.some(kinds)[:3])


def is_text(field: FieldFact) -> bool:
    """Return whether a field's values are strings, which can carry what their resolver was given."""
    return named(field.type) == "String"
