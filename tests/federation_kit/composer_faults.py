"""Notice supergraphs that say something else than their subgraphs: nothing served from them can be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode, parse

from tests.federation_kit.sdl import SubgraphSdl


def lost_marks(supergraph: str, subgraphs: Sequence[SubgraphSdl]) -> Iterator[str]:
    """Yield the fields that a supergraph ascribes to a subgraph without them, as `Type.field in subgraph`.

    By the join specification, a field without `@join__field` belongs to all subgraphs of its type. The
    composition library (0.27) leaves the directive out as well where it has dropped the only mark: of a field
    that an interface object adds, and that one subgraph has as external for a requirement below a union.
    """
    by_graph = {subgraph.name.upper(): subgraph for subgraph in subgraphs}
    for definition in parse(supergraph).definitions:
        if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            continue
        graphs = {
            str(argument.value.value)
            for directive in definition.directives or ()
            if directive.name.value == "join__type"
            for argument in directive.arguments or ()
            if argument.name.value == "graph" and hasattr(argument.value, "value")
        }
        name = definition.name.value
        for node in definition.fields or ():
            if any(directive.name.value == "join__field" for directive in node.directives or ()):
                continue
            for graph in sorted(graphs):
                known = by_graph[graph].types.get(name)
                if known is not None and node.name.value not in known.fields:
                    yield f"{name}.{node.name.value} in {by_graph[graph].name}"
