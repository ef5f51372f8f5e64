"""Prints a plan in the usual notation of Federation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse, print_ast

from gateway.plan.nodes import (
    ContextVariable,
    Entities,
    Fetch,
    Parallel,
    PlanNode,
    QueryPlan,
    RepresentationField,
    RootFields,
    Step,
    subscribed,
)
from gateway.plan.nodes import (
    Sequence as InSequence,
)
from gateway.supergraph.deferral import Delivery


def show(plan: QueryPlan) -> str:
    """Return the plan as text."""
    if plan.is_incremental:
        return f"QueryPlan {{\n{_indented(_incremental(plan))}\n}}"
    if plan.tree is None:
        return "QueryPlan {}"
    shown = _node(plan.tree) if plan.kind != "subscription" else _subscription(plan.tree)
    return f"QueryPlan {{\n{_indented(shown)}\n}}"


def _incremental(plan: QueryPlan) -> str:
    """Show what is fetched for the initial response, what for each deferred part, and streamed lists."""
    parts = ["Primary: {}" if plan.tree is None else f"Primary: {{\n{_indented(_node(plan.tree))}\n}}"]
    parts += [
        f"Deferred({_fragments(plan, delivery)}) {{\n{_indented(_node(tree))}\n}}"
        for delivery, tree in plan.deferred_trees.items()
    ]
    parts += [f'Streamed(path: "{".".join(stream.path)}")' for stream in plan.streams]
    return "Defer {\n" + _indented(",\n".join(parts)) + "\n}"


def _fragments(plan: QueryPlan, delivery: Delivery) -> str:
    """Show the positions of deferred fragments, with their labels."""
    shown = []
    for number in sorted(delivery):
        fragment = plan.deferred[number]
        label = "" if fragment.label is None else f', label: "{fragment.label}"'
        shown.append(f'path: "{".".join(fragment.path)}"{label}')
    return "; ".join(shown)


def _subscription(tree: PlanNode) -> str:
    """Show what is subscribed to, and what is then fetched for each event."""
    primary, rest = subscribed(tree)
    parts = [f"Primary: {{\n{_indented(_fetch(primary))}\n}}"]
    if rest is not None:
        parts.append(f"Rest: {{\n{_indented(_node(rest))}\n}}")
    return "Subscription {\n" + _indented(",\n".join(parts)) + "\n}"


def _indented(text: str) -> str:
    return indent(text, "  ")


def _node(node: PlanNode) -> str:
    match node:
        case Fetch():
            return _fetch(node)
        case InSequence():
            return _block("Sequence", node.nodes)
        case Parallel():
            return _block("Parallel", node.nodes)


def _block(title: str, nodes: Sequence[PlanNode]) -> str:
    inner = ",\n".join(_node(node) for node in nodes)
    return f"{title} {{\n{_indented(inner)}\n}}"


def _path(steps: Sequence[Step]) -> str:
    return ".".join(_path_parts(steps))


def _path_parts(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if step.types is not None:
            yield f"|[{','.join(sorted(step.types))}]"
        yield step.response_key
        yield from "@" * step.lists


def _fetch(fetch: Fetch) -> str:
    selections = _selections(fetch.document)
    match fetch.returns:
        case RootFields(path):
            shown = _asked(fetch, print_ast(selections))
            return _flattened([path], shown) if path else shown
        case (Entities(paths=(path,)) as entities,):
            return _flattened([path], _asked(fetch, _entities(entities, selections)))
        case batch:
            inner = ",\n".join(
                _flattened(entities.paths, _entities(entities, selections)) for entities in batch
            )
            return f'BatchFetch(service: "{fetch.subgraph}") {{\n{_indented(inner)}\n}}'


def _asked(fetch: Fetch, inner: str) -> str:
    return f'Fetch(service: "{fetch.subgraph}") {{\n{_indented(inner)}\n}}'


def _flattened(paths: Sequence[Sequence[Step]], inner: str) -> str:
    shown = ", ".join(f'"{_path(path)}"' for path in paths)
    title = f"path: {shown}" if len(paths) == 1 else f"paths: [{shown}]"
    return f"Flatten({title}) {{\n{_indented(inner)}\n}}"


def _entities(entities: Entities, selections: SelectionSetNode) -> str:
    sent = "\n".join(
        dict.fromkeys(
            f"... on {entities.sent_as.get(concrete, concrete)} {{\n{_indented(_represented(fields))}\n}}"
            for concrete, fields in entities.representations.items()
        )
    )
    selected = next(
        node.selection_set
        for node in selections.selections
        if isinstance(node, FieldNode)
        and node.selection_set is not None
        and entities.alias in (node.name.value, node.alias and node.alias.value)
    )
    sent = "\n".join((sent, *(_context_variable(variable) for variable in entities.context_variables)))
    return f"{{\n{_indented(sent)}\n}} =>\n{print_ast(selected)}"


def _context_variable(variable: ContextVariable) -> str:
    sources = [
        f"... {source.levels_up} up on {concrete} {{\n"
        f"{_indented(chr(10).join(map(_represented_field, fields)))}\n}}"
        for source in variable.sources
        for concrete, fields in source.fields.items()
    ]
    return f"${variable.variable}: {{\n{_indented(chr(10).join(sources))}\n}}"


def _selections(document: str) -> SelectionSetNode:
    return next(
        definition.selection_set
        for definition in parse(document).definitions
        if isinstance(definition, OperationDefinitionNode)
    )


def _represented(fields: Sequence[RepresentationField]) -> str:
    return "\n".join(("__typename", *(_represented_field(field) for field in fields)))


def _represented_field(field: RepresentationField) -> str:
    name = field.name if field.name == field.response_key else f"{field.name}: {field.response_key}"
    if field.below is None:
        return name
    lines = []
    for group in field.below:
        inner = "\n".join(
            ("__typename",) * group.typename + tuple(_represented_field(part) for part in group.fields)
        )
        lines.append(f"... on {group.concrete} {{\n{_indented(inner)}\n}}" if len(field.below) > 1 else inner)
    return f"{name} {{\n{_indented(chr(10).join(lines))}\n}}"
