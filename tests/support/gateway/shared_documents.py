"""Lets the gateways of all tests share the documents that supergraphs are parsed into.

Most gateways of tests have one of few supergraphs. To parse it, and to check that it is a schema, takes two
thirds of the time in which it is loaded; nothing changes a document afterwards.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from graphql import DocumentNode, GraphQLSchema, build_ast_schema

from gateway.supergraph import load

DOCUMENTS: Final = 64
Step = Callable[[DocumentNode], DocumentNode]


def share_documents() -> None:
    """Parse each supergraph once in this process, as long as not too many others come between."""
    module = vars(load)
    module["parsed"] = lru_cache(DOCUMENTS)(load.parsed)
    for step in ("with_inherited_interfaces", "with_repeatable_directives"):
        module[step] = once_for_each(module[step])
    module["build_ast_schema"] = checked_once()


def once_for_each(step: Step) -> Step:
    """Return a step that gives the same document for the same one: it compares identities."""
    results = OrderedDict[int, tuple[DocumentNode, DocumentNode]]()

    def shared(document: DocumentNode) -> DocumentNode:
        if id(document) not in results:
            _keep(results, document, (document, step(document)))
        return results[id(document)][1]

    return shared


def checked_once() -> Callable[[DocumentNode], GraphQLSchema]:
    """Return a function that builds a schema of its own each time, and checks the document the first time."""
    valid = OrderedDict[int, DocumentNode]()

    def build(document: DocumentNode) -> GraphQLSchema:
        schema = build_ast_schema(document, assume_valid_sdl=id(document) in valid)
        _keep(valid, document, document)
        return schema

    return build


def _keep(kept: OrderedDict[int, Any], document: DocumentNode, what: Any) -> None:
    kept[id(document)] = what
    if len(kept) > DOCUMENTS:
        kept.popitem(last=False)
