"""Fields that a subgraph can resolve on some paths only: `@provides`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.federation_kit.worlds.drafts import FieldDraft
from tests.federation_kit.worlds.requires import is_composite, mark_external
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop

DEEPEST = 2


def add_provides(workshop: Workshop) -> None:
    """Let some fields provide what lies below them."""
    if not (workshop.features.provides or workshop.features.nested_provides):
        return
    ways = list(_ways(workshop))
    for graph, owner, field in workshop.some(ways)[: workshop.pick((2, 1, 3, 4))] if ways else ():
        text = _selection(workshop, graph, field.named, DEEPEST if workshop.features.nested_provides else 1)
        if text:
            draft = workshop.graphs[graph].types[owner].fields[field.name]
            draft.directives.append(f'@provides(fields: "{text}")')


def _ways(workshop: Workshop) -> Iterator[tuple[str, str, FieldFact]]:
    """Fields that lead to entities or abstract types, where they are resolved."""
    for fact in workshop.objects.values():
        for field in fact.fields.values():
            if not is_composite(workshop, field.named):
                continue
            for graph in sorted(field.owners):
                draft = workshop.graphs[graph].types.get(fact.name)
                if draft is not None and field.name in draft.fields and graph != workshop.interface_graph:
                    yield graph, fact.name, field


def _selection(workshop: Workshop, graph: str, name: str, depth: int) -> str:
    if name in workshop.abstracts:
        parts = _of_interface(workshop, graph, name, depth)
        for member in workshop.some(workshop.abstracts[name].within[graph]):
            below = _of_object(workshop, graph, workshop.objects[member], depth)
            if below:
                parts.append(f"... on {member} {{ {below} }}")
        return " ".join(parts)
    return _of_object(workshop, graph, workshop.objects[name], depth)


def _of_interface(workshop: Workshop, graph: str, name: str, depth: int) -> list[str]:
    """Return a field of the interface itself, which all its members there know for the sake of this alone."""
    there, within = workshop.graphs[graph].types[name], workshop.abstracts[name].within[graph]
    facts = [workshop.objects[member] for member in within]
    for shared in ("label", "grade"):
        if there.kind != "interface" or not all(shared in fact.fields for fact in facts):
            return []
        if workshop.chance(5) and all(
            _may_provide(workshop, graph, fact, fact.fields[shared], depth) for fact in facts
        ):
            for fact in facts:
                mark_external(workshop, graph, fact, fact.fields[shared])
            there.fields.setdefault(shared, FieldDraft(facts[0].fields[shared].type, external=True))
            return [shared]
    return []


def _of_object(workshop: Workshop, graph: str, fact: ObjectFact, depth: int) -> str:
    if not fact.keys:
        return ""
    open_to = [field for field in fact.fields.values() if _may_provide(workshop, graph, fact, field, depth)]
    parts = []
    for field in workshop.some(open_to)[:2] if open_to else ():
        below = ""
        if is_composite(workshop, field.named):
            below = _below(workshop, graph, field, depth - 1)
            if not below:
                continue
        mark_external(workshop, graph, fact, field)
        parts.append(f"{field.name}{below}")
    return " ".join(parts)


def _below(workshop: Workshop, graph: str, field: FieldFact, depth: int) -> str:
    """Return what is provided below a provided field: leaves of a value, or more of an entity."""
    fact = workshop.objects[field.named]
    if fact.keys:
        if fact.name not in workshop.graphs[graph].types:
            return ""
        text = _of_object(workshop, graph, fact, depth)
    else:
        leaves = [each for each in fact.fields.values() if not is_composite(workshop, each.named)]
        text = " ".join(each.name for each in workshop.some(leaves)) if leaves else ""
    return f" {{ {text} }}" if text else ""


def _may_provide(workshop: Workshop, graph: str, fact: ObjectFact, field: FieldFact, depth: int) -> bool:
    draft = workshop.graphs[graph].types[fact.name].fields.get(field.name)
    if (draft is not None and not draft.external) or not field.owners:
        return False
    if field.key or field.requires or field.arguments or field.name.startswith(("aura", "view")):
        return False
    if is_composite(workshop, field.named):
        return depth > 1 and field.named in workshop.objects
    return True
