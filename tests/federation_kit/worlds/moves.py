"""Moved and hidden fields: `@override`, `@inaccessible`, `@tag`; and `@shareable` where it is required."""

from __future__ import annotations

from tests.federation_kit.worlds.fields import own
from tests.federation_kit.worlds.presence import may_have
from tests.federation_kit.worlds.workshop import FieldFact, ObjectFact, Workshop

NOWHERE = "gone"


def add_overrides(workshop: Workshop) -> None:
    """Move some fields from one home of an entity to another, or from a subgraph that is not there."""
    features = workshop.features
    if not (features.overrides or features.labelled_overrides):
        return
    for fact in workshop.entities:
        for field in [field for field in fact.fields.values() if _may_move(field)]:
            if workshop.chance(4):
                _move(workshop, fact, field)


def _may_move(field: FieldFact) -> bool:
    return (
        len(field.owners) == 1
        and not field.key
        and not field.requires
        and field.name != "id"
        and not field.name.startswith(("aura", "view"))
    )


def _move(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> None:
    features = workshop.features
    (source,) = field.owners
    source_draft = workshop.graphs[source].types[fact.name].fields[field.name]
    if features.overrides and workshop.chance(3):
        source_draft.directives.append(f'@override(from: "{NOWHERE}")')
        return
    homes = [
        home
        for home in fact.homes
        if home not in workshop.defined(fact.name, field.name) and may_have(workshop, home, field.named)
    ]
    if not homes or any("@provides" in directive for directive in source_draft.directives):
        return
    target = workshop.pick(homes)
    label = ""
    if features.labelled_overrides and (not features.overrides or workshop.chance(5)):
        label = workshop.pick((', label: "percent(100)"', ', label: "percent(0)"'))
    draft = own(workshop, target, fact, field)
    draft.directives.append(f'@override(from: "{source}"{label})')
    field.owners = {source if "percent(0)" in label else target}


def hide(workshop: Workshop) -> None:
    """Hide some fields from clients; an interface's fields stay, and something of every type."""
    if workshop.features.tags:
        for graph, draft in workshop.graphs.items():
            for owner in draft.types.values():
                if owner.kind == "type" and workshop.chance(3):
                    owner.directives.append(f'@tag(name: "of-{graph}")')
    if not workshop.features.inaccessible:
        return
    for fact in workshop.entities:
        visible = [
            field
            for field in fact.fields.values()
            if _may_hide(fact, field) and _resolving(workshop, fact, field)
        ]
        for field in workshop.some(visible, least=0)[: len(fact.fields) - 2] if visible else ():
            graph = workshop.pick(_resolving(workshop, fact, field))
            workshop.graphs[graph].types[fact.name].fields[field.name].directives.append("@inaccessible")


def _resolving(workshop: Workshop, fact: ObjectFact, field: FieldFact) -> list[str]:
    """Return the owners that do not call a field external, as they may call a key's."""
    return [
        graph
        for graph in sorted(field.owners)
        if not workshop.graphs[graph].types[fact.name].fields[field.name].external
    ]


def _may_hide(fact: ObjectFact, field: FieldFact) -> bool:
    return bool(fact.keys) and not _in_interface(field) and not field.name.startswith(("aura", "blend"))


def _in_interface(field: FieldFact) -> bool:
    return field.name in ("id", "label", "grade", "pal")


def share(workshop: Workshop) -> None:
    """Mark what several subgraphs resolve; a key's fields count as shared where the key is."""
    for fact in workshop.objects.values():
        for field in fact.fields.values():
            if len(field.owners) < 2 or not (fact.keys or fact.name == "Query"):
                continue
            for graph in sorted(field.owners):
                if any(name == field.name for key in fact.keys.get(graph, ()) for name, _ in key.fields):
                    continue
                draft = workshop.graphs[graph].types[fact.name].fields.get(field.name)
                if draft is not None and not draft.external:
                    draft.directives.append("@shareable")
        _loosen(workshop, fact)


def _loosen(workshop: Workshop, fact: ObjectFact) -> None:
    """Let one of the subgraphs that share a field say that it may be null, though it never is."""
    for field in fact.fields.values():
        shared = len(field.owners) > 1 and set(workshop.defined(fact.name, field.name)) == field.owners
        if not (workshop.features.nulls and shared and field.type.endswith("!")):
            continue
        if not field.key and not _in_interface(field) and workshop.chance(3):
            draft = workshop.graphs[workshop.pick(sorted(field.owners))].types[fact.name].fields[field.name]
            draft.type = draft.type.removesuffix("!")
