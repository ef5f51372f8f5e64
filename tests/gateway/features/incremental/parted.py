"""Responses in parts for tests: of the gateway and of graphql-core, and what clients make of them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    VisitorAction,
    get_nullable_type,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.execution import (
    ExecutionResult,
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from hypothesis import assume
from hypothesis import strategies as st

from foundation.graphql_http.media import IncrementalSpec
from gateway.executor import Calls, Context
from gateway.features.incremental.delivery import Delivering
from gateway.features.incremental.older_format import OlderFormat
from gateway.features.incremental.payloads import MergedResponse, Payload
from gateway.features.incremental.records import DeliveryLimits
from gateway.features.incremental.stages import Fetching
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan
from gateway.planner import INCREMENTALLY
from gateway.transport import Transport
from tests.gateway.operations import Generated, Place
from tests.gateway.world import SHOWN, Federation, View, resolve_field, resolve_type, supergraph_of


@dataclass(frozen=True)
class PartedResponse:
    """The parts of the gateway's response, and its plan."""

    plan: QueryPlan
    payloads: list[Payload]


async def payloads(
    federation: Federation, query: str, variables: Mapping[str, Any] | None = None, items: int = 2
) -> PartedResponse:
    """The parts of the gateway's response; every plan's documents are free of the directives."""
    return await payloads_over(federation.preparer, federation.transports(), query, variables or {}, items)


async def payloads_over(
    preparer: Preparer,
    transports: Mapping[str, Transport],
    query: str,
    variables: Mapping[str, Any],
    items: int = 2,
) -> PartedResponse:
    """The parts of a gateway's response over some subgraphs."""
    prepared, given = preparer.prepare(query, None), dict(variables)
    made = preparer.planned_for(prepared, (*preparer.conditions(prepared, given), INCREMENTALLY)).plan
    assert not any("@defer" in fetch.document or "@stream" in fetch.document for fetch in made.fetches)
    context = Context(Calls(transports, (), made.kind), given, masking=SHOWN)
    counts = {
        stream.path: given.get(str(stream.initial_count), stream.initial_count) for stream in made.streams
    }
    delivering = Delivering(
        made,
        Fetching(made, context),
        counts,
        DeliveryLimits(1_000, items_at_once=items, records=2_000),
        lambda failures: [failure.formatted() for failure in failures],
    )
    found = [await delivering.initial()]
    while found[-1].has_next:
        found.append(await delivering.next())
    await delivering.close()
    return PartedResponse(made, found)


def bodies(parts: PartedResponse, spec: IncrementalSpec = "v0.2") -> list[dict[str, Any]]:
    """The parts as a client gets them."""
    if spec == "v0.2":
        return [copy.deepcopy(part.body()) for part in parts.payloads]
    whole = MergedResponse()
    older, found = OlderFormat(parts.plan, whole), []
    for part in parts.payloads:
        whole.add(part)
        found.append(copy.deepcopy(part.body(older.incremental)))
    return found


@dataclass
class Reader:
    """A client that merges parts as they arrive, and is strict about what they say.

    Attributes:
        pending: What was announced and is not complete, by id.
        failed: The paths of what failed.
        entries: The labels and paths of fragments, in the older format.
    """

    data: Any = None
    errors: list[Any] = field(default_factory=list)
    pending: dict[str, list[Any]] = field(default_factory=dict)
    failed: list[list[Any]] = field(default_factory=list)
    entries: set[tuple[str | None, str]] = field(default_factory=set)
    has_next: bool = True

    def read(self, body: Mapping[str, Any]) -> None:
        """Merge a part in the latest format."""
        assert self.has_next
        if "data" in body:
            self.data = body["data"]
        self.errors += body.get("errors", ())
        # What a part announces may lie in what it delivers.
        for each in body.get("incremental", ()):
            announced = {each["id"]: each["path"] for each in body.get("pending", ())}
            self._merge(each, [*{**announced, **self.pending}[each["id"]], *each.get("subPath", ())])
        for each in body.get("pending", ()):
            assert each["id"] not in self.pending
            self.at(each["path"])
            self.pending[each["id"]] = each["path"]
        for each in body.get("completed", ()):
            path = self.pending.pop(each["id"])
            if "errors" in each:
                self.failed.append(path)
                self.errors += each["errors"]
        self.has_next = body.get("hasNext", False)
        assert self.has_next or not self.pending

    def read_older(self, body: Mapping[str, Any]) -> None:
        """Merge a part in the format of `deferSpec=20220824`."""
        assert self.has_next
        if "data" in body:
            self.data = body["data"]
        self.errors += body.get("errors", ())
        for each in body.get("incremental", ()):
            path = each["path"]
            if "items" not in each:
                # A fragment has one entry at each of its objects.
                assert each.get("label") is None or (each["label"], str(path)) not in self.entries
                self.entries.add((each.get("label"), str(path)))
            if each.get("data", each.get("items")) is None:
                self.failed.append(path)
                self.errors += each["errors"]
            elif "items" in each:
                assert len(self.at(path[:-1])) == path[-1]
                self._merge(each, path[:-1])
            else:
                self.errors += each.get("errors", ())
                _add(self.at(path), each["data"])
        self.has_next = body.get("hasNext", False)

    def _merge(self, part: Mapping[str, Any], path: list[Any]) -> None:
        self.errors += part.get("errors", ())
        there = self.at(path)
        if "items" in part:
            assert isinstance(there, list)
            there.extend(part["items"])
        else:
            assert isinstance(there, dict)
            assert there.keys().isdisjoint(part["data"])  # no field is delivered twice
            there.update(part["data"])

    def at(self, path: Iterable[Any]) -> Any:
        """What was delivered at a path, which must be there."""
        value = self.data
        for part in path:
            value = value[part]
        assert value is not None
        return value

    @property
    def response(self) -> dict[str, Any]:
        """The whole response."""
        return {"data": self.data, **({"errors": self.errors} if self.errors else {})}


def _add(there: Any, given: Any) -> None:
    """Merge an entry of the older format, which may repeat what was delivered and never contradicts it."""
    if isinstance(given, dict):
        for name, value in given.items():
            if name in there:
                _add(there[name], value)
            else:
                there[name] = value
    elif isinstance(given, list):
        for known, item in zip(there, given, strict=True):
            _add(known, item)
    else:
        assert there == given


def entries_hold_their_fragments(document: str, parts: Iterable[Mapping[str, Any]]) -> None:
    """Check that each labelled entry of the older format has what its fragment selects, and nothing else."""
    fragments = _Fragments()
    visit(parse(document), fragments)
    for entry in (entry for part in parts for entry in part.get("incremental", ())):
        if entry.get("data") is not None and "label" in entry:
            fragments.hold(entry["data"], [fragments.selected(fragments.labelled[entry["label"]])])


class _Fragments(Visitor):
    """The fragments of a document.

    Attributes:
        labelled: The deferred fragments and spreads, by label.
        named: The definitions, by name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.labelled: dict[str, Any] = {}
        self.named: dict[str, FragmentDefinitionNode] = {}

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        """Note a definition."""
        self.named[node.name.value] = node

    def enter_directive(self, node: DirectiveNode, _key: Any, _parent: Any, _path: Any, around: Any) -> None:
        """Note the fragment with a label."""
        for argument in node.arguments or ():
            if argument.name.value == "label" and isinstance(argument.value, StringValueNode):
                self.labelled[argument.value.value] = around[-1]

    def selected(self, node: Any) -> SelectionSetNode:
        """The selections of a fragment or a spread."""
        found = self.named[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        return found.selection_set

    def hold(self, data: Any, sets: Sequence[SelectionSetNode]) -> None:
        """Check that the data has each field that is selected without a condition, and none that is not."""
        for item in data if isinstance(data, list) else ():
            self.hold(item, sets)
        if not isinstance(data, dict) or not sets:
            return
        below, waiting = dict[str, list[SelectionSetNode]](), [(each, True) for each in sets]
        while waiting:
            selections, is_certain = waiting.pop()
            for node in selections.selections:
                if isinstance(node, FieldNode):
                    name = (node.alias or node.name).value
                    below.setdefault(name, []).extend([node.selection_set] if node.selection_set else [])
                    assert name in data or node.directives or not is_certain
                elif not any(map(_always_defers, node.directives or ())):
                    waiting.append((self.selected(node), False))
        assert data.keys() <= below.keys()
        for name, value in data.items():
            self.hold(value, below[name])


def _always_defers(directive: DirectiveNode) -> bool:
    return directive.name.value == "defer" and not any(
        argument.name.value == "if" for argument in directive.arguments or ()
    )


def merged(parts: Iterable[Mapping[str, Any]], spec: IncrementalSpec = "v0.2") -> Reader:
    """What a client makes of all parts."""
    reader = Reader()
    for part in parts:
        if spec == "v0.2":
            reader.read(part)
        else:
            reader.read_older(part)
    return reader


async def expected(federation: Federation, query: str, variables: Mapping[str, Any] | None = None) -> Reader:
    """What a client makes of the parts of graphql-core, over one schema with the same data."""
    given = experimental_execute_incrementally(
        federation.supergraph.public,
        parse(query),
        View(federation.world, "Query", federation.world.roots),
        variable_values=dict(variables or {}),
        field_resolver=resolve_field,
        type_resolver=resolve_type,
    )
    reader = Reader()
    if isinstance(given, ExecutionResult):
        reader.read(given.formatted)
        return reader
    assert isinstance(given, ExperimentalIncrementalExecutionResults)
    reader.read(copy.deepcopy(dict(given.initial_result.formatted)))
    async for part in given.subsequent_results:
        reader.read(copy.deepcopy(dict(part.formatted)))
    return reader


def without_directives(query: str) -> str:
    """The same document, which defers and streams nothing."""
    return print_ast(visit(parse(query), _Whole()))


class _Whole(Visitor):
    @staticmethod
    def enter_directive(node: DirectiveNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value in ("defer", "stream") else None


def with_directives(federation: Federation) -> Federation:
    """The same federation, whose clients may use `@defer` and `@stream`."""
    federation.supergraph = supergraph_of(federation.name, incremental=True)
    federation.preparer = type(federation.preparer)(federation.supergraph, federation.preparer._limits)
    return federation


@dataclass
class Deferring(Generated):
    """A document in the making that defers fragments and streams lists."""

    labels: int = 0

    def selection(self, owner: Any, depth: int, place: Place) -> str:
        """A field, a spread, or often a deferred fragment."""
        if self.left > 0 and self.draw(st.integers(0, 3)) == 0:
            self.left -= 1
            return f"... {self.deferring('defer')} {self.selection_set(owner, depth, place)}"
        return super().selection(owner, depth, place)

    def field_of(self, owner: Any, depth: int, place: Place) -> str:
        """A field; a list is sometimes streamed."""
        written = super().field_of(owner, depth, place)
        head, brace, below = written.partition(" {")
        name = head.split("(")[0].split("@")[0].rpartition(":")[2].strip()
        definition: GraphQLField | None = owner.fields.get(name)
        is_list = definition is not None and isinstance(get_nullable_type(definition.type), GraphQLList)
        if not is_list or self.draw(st.integers(0, 2)):
            return written
        first = self.draw(st.integers(0, 2))
        return f"{head} {self.deferring('stream', f'initialCount: {first}')}{brace}{below}"

    def deferring(self, name: str, more: str = "") -> str:
        """A directive, sometimes with a label or a condition."""
        parts = [more] if more else []
        if self.draw(st.booleans()):
            self.labels += 1
            parts.append(f'label: "l{self.labels}"')
        if self.draw(st.integers(0, 3)) == 0:
            variable = f"v{len(self.definitions)}"
            self.definitions[variable] = f"${variable}: Boolean!"
            self.variables[variable] = self.draw(st.booleans())
            parts.append(f"if: ${variable}")
        return f"@{name}({', '.join(parts)})" if parts else f"@{name}"


@st.composite
def deferring_queries(draw: Any, federation: Federation, depth: int = 4) -> tuple[str, dict[str, Any]]:
    """Valid queries that defer or stream something, with their variables."""
    schema = federation.supergraph.public
    assert schema.query_type is not None
    made = Deferring(schema, draw)
    body = made.selection_set(schema.query_type, depth, Place())
    head = f"query Q({', '.join(made.definitions.values())})" if made.definitions else "query Q"
    document = " ".join((head, body, *made.fragments))
    assume("@defer" in document or "@stream" in document)
    assume(not validate(schema, parse(document)))
    return document, made.variables
