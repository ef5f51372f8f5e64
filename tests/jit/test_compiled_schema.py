"""What Strawberry does around execution goes on in compiled schemas, and nothing falls back in silence."""

import logging
import tomllib
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
import strawberry
from graphql import FieldNode, NameNode, Visitor, visit
from strawberry import Info
from strawberry.dataloader import DataLoader
from strawberry.directive import DirectiveLocation
from strawberry.extensions import MaskErrors, ParserCache, SchemaExtension, ValidationCache
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from jit import operation
from jit.schema import OWN_EXECUTOR, STRAWBERRY, CompiledExecution, FederationSchema, Schema
from jit.strawberry.detection import LOWEST, require_supported

ROOT: Final = Path(__file__).resolve().parents[2]
INCREMENTAL: Final = StrawberryConfig(enable_experimental_incremental_execution=True)


class Members(BasePermission):
    """Only members are allowed."""

    message = "members only"

    def has_permission(self, source: Any, info: Info[Any, Any], **_: Any) -> bool:
        """Return whether the context is a member's."""
        del source
        return bool(info.context["member"])


class OutOfPrint(Exception):
    """A book cannot be bought."""


@strawberry.type
class NoBook:
    """Says why there is no book."""

    reason: str


@strawberry.type
class Book:
    """A book, whose author is loaded."""

    key: int

    @strawberry.field
    async def author(self, info: Info[Any, Any]) -> str:
        """Return what the loader says."""
        found: str = await info.context["authors"].load(self.key)
        return found

    @strawberry.field(permission_classes=[Members])
    def price(self) -> int | None:
        """Return a price for members."""
        return self.key * 100


class ExplainOutOfPrint(strawberry.ExceptionHandler[OutOfPrint, NoBook]):
    """Makes a result of an exception."""

    def handle(self, exception: OutOfPrint, *, field: Any, info: Any) -> NoBook:
        """Return the reason."""
        del field, info
        return NoBook(reason=str(exception))


@strawberry.directive(locations=[DirectiveLocation.FIELD])
def loud(value: str) -> str:
    """Upper case."""
    return value.upper()


@strawberry.type
class Query:
    """What is asked."""

    @strawberry.field
    def books(self, keys: list[int]) -> list[Book]:
        """Return books by their keys."""
        return [Book(key=key) for key in keys]

    @strawberry.field
    def buy(self, key: int) -> Book | NoBook | None:
        """Return a book, or why there is none."""
        if key > 2:
            raise OutOfPrint(f"{key} is out of print")
        return Book(key=key)

    @strawberry.field
    def asked(self, info: Info[Any, Any], word: str = "") -> str:
        """Return what the info has of the request."""
        raw: Any = info._raw_info
        given = f"{info.variable_values} {info.input_extensions}"
        return f"{word} {given} {raw._fields} {raw.variable_values} {raw.operation_extensions}"

    @strawberry.field
    def broken(self) -> int | None:
        """Fail."""
        raise ValueError("a secret")

    @strawberry.field
    async def numbers(self) -> list[int]:  # type: ignore[misc] # Strawberry makes a list of it
        """Yield two numbers."""
        yield 1
        yield 2


@strawberry.type
class Mutation:
    """What is changed."""

    @strawberry.mutation
    async def sell(self, key: int) -> Book:
        """Return the book that was sold."""
        return Book(key=key)


@strawberry.type
class Subscription:
    """What happens."""

    @strawberry.subscription
    async def sold(self, info: Info[Any, Any], keys: list[int]) -> AsyncGenerator[Book, None]:
        """Yield a book for each key."""
        assert isinstance(info.variable_values, dict)
        for key in keys:
            yield Book(key=key)


class Noted(SchemaExtension):
    """Notes what happens, in the context."""

    def on_operation(self) -> Iterator[None]:
        """Note the operation."""
        notes = self.execution_context.context["notes"]
        notes.append("operation")
        yield
        notes.append("operated")

    def on_execute(self) -> Iterator[None]:
        """Note the execution, and its result."""
        notes = self.execution_context.context["notes"]
        notes.append("execute")
        yield
        notes.append(type(self.execution_context.result).__name__)

    def resolve(self, _next: Any, root: Any, info: Any, *args: str, **kwargs: Any) -> Any:
        """Note the field, and what the info has."""
        info.context["notes"].append((info.field_name, info.variable_values, info.operation_extensions))
        return _next(root, info, *args, **kwargs)

    def get_results(self) -> dict[str, Any]:
        """Return an extension of the response."""
        return {"noted": len(self.execution_context.context["notes"])}


ALL: Final[dict[str, Any]] = {
    "query": Query,
    "mutation": Mutation,
    "subscription": Subscription,
    "directives": [loud],
    "exception_handlers": [ExplainOutOfPrint()],
}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "bare": {"query": Query, "mutation": Mutation, "subscription": Subscription},
    "all": ALL | {"extensions": [Noted, MaskErrors, ParserCache, ValidationCache]},
    "incremental": ALL | {"config": INCREMENTAL},
    "sorted": ALL | {"config": StrawberryConfig(sort_schema=True)},
}
OPERATIONS: Final[list[tuple[str, dict[str, Any]]]] = [
    ("{ books(keys: [1, 2, 3]) { key author } }", {}),
    ("query ($keys: [Int!]!) { books(keys: $keys) { key author price } }", {"keys": [1, 2]}),
    ("query ($keys: [Int!]!) { books(keys: $keys) { key } }", {"keys": ["no"]}),
    ("{ a: buy(key: 1) { __typename } b: buy(key: 3) { __typename ... on NoBook { reason } } }", {}),
    ('query ($word: String = "default") { asked(word: $word) }', {}),
    ("query ($word: String) { asked(word: $word) }", {"word": "given"}),
    ("query ($no: Boolean!) { asked @skip(if: $no) broken }", {"no": True}),
    ("query ($no: Boolean = true) { asked @skip(if: $no) broken }", {"no": None}),
    ("{ numbers broken }", {}),
    ("mutation { one: sell(key: 1) { key author } two: sell(key: 2) { key author price } }", {}),
    ("{ nothing }", {}),
    ("query A { asked } query B { broken }", {}),
    ('{ __schema { queryType { name } } __type(name: "Book") { fields { name } } }', {}),
]


def context(*, member: bool = True) -> dict[str, Any]:
    """Make the context of a request."""

    async def load(keys: list[int]) -> list[str]:
        notes.append(("loaded", keys))
        return [f"author {key}" for key in keys]

    notes: list[Any] = []
    return {"member": member, "authors": DataLoader(load), "notes": notes}


def chosen(query: str) -> str | None:
    """Return the name of the operation that is executed."""
    return "A" if "query A" in query else None


def shown(result: Any) -> Any:
    """What of a result must be the same."""
    errors = [(error.formatted, type(error.original_error).__name__) for error in result.errors or ()]
    return type(result).__name__, result.data, errors, result.extensions


def pair(kind: str, **more: Any) -> tuple[Any, Any]:
    """Return Strawberry's schema and the compiled one."""
    arguments = KINDS[kind] | more
    return strawberry.Schema(**arguments), Schema(**arguments)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("member", [True, False])
async def test_responses_and_what_extensions_see_are_the_same(kind: str, *, member: bool) -> None:
    """Loaders, permissions, handlers of exceptions, directives, masked errors, extensions both ways."""
    plain, compiled = pair(kind)
    for query, variables in OPERATIONS:
        contexts = context(member=member), context(member=member)
        results = [
            await schema.execute(
                query,
                dict(variables),
                each,
                operation_name=chosen(query),
                operation_extensions={"trace": 1},
            )
            for schema, each in zip((plain, compiled), contexts, strict=True)
        ]
        assert shown(results[1]) == shown(results[0]), query
        assert contexts[1]["notes"] == contexts[0]["notes"], query
    reasons = {"a variable of @skip or @include is null": 1}
    assert compiled.executions.interpreted == reasons
    refused = 2  # one operation is not valid, and one has a variable that is not
    assert compiled.executions.compiled == len(OPERATIONS) - refused - sum(reasons.values())


@pytest.mark.parametrize("kind", KINDS)
def test_synchronous_execution_is_the_same(kind: str) -> None:
    """Resolvers, permissions, handlers of exceptions, directives, masked errors and extensions."""
    plain, compiled = pair(kind)
    for query, variables in OPERATIONS:
        if any(asynchronous in query for asynchronous in ("author", "sell", "numbers")):
            continue  # what is never awaited is a warning, and so an error
        results = [
            shown(schema.execute_sync(query, dict(variables), context(), operation_name=chosen(query)))
            for schema in (plain, compiled)
        ]
        assert results[1] == results[0], query
    assert compiled.executions.compiled > 0


@pytest.mark.parametrize("kind", KINDS)
async def test_each_event_of_a_subscription_is_compiled(kind: str) -> None:
    """And has the data and errors that Strawberry's has."""
    plain, compiled = pair(kind)
    document = "subscription ($keys: [Int!]!) { sold(keys: $keys) { key author price } }"
    events = []
    for schema in (plain, compiled):
        stream = await schema.subscribe(document, {"keys": [1, 2]}, context(member=False))
        events.append([shown(event) async for event in stream])
    assert events[0] == events[1]
    assert len(events[1]) == 2
    assert compiled.executions.compiled == 2
    assert not compiled.executions.interpreted


async def test_with_incremental_execution_only_operations_that_defer_are_interpreted() -> None:
    """Also if they are in one document. Their parts arrive as Strawberry sends them."""
    plain, compiled = pair("incremental")
    document = """
        query Whole { books(keys: [1]) { ...F } }
        query Parts { books(keys: [1]) { key ... @defer { ...F } } }
        fragment F on Book { author }
    """
    whole = await compiled.execute(document, context_value=context(), operation_name="Whole")
    assert whole.data == {"books": [{"author": "author 1"}]}
    assert (compiled.executions.compiled, compiled.executions.interpreted) == (1, {})
    parts = []
    for schema in (plain, compiled):
        stream = await schema.stream(document, context_value=context(), operation_name="Parts")
        parts.append([each.formatted if hasattr(each, "formatted") else each async for each in stream])
    assert parts[1] == parts[0]
    assert len(parts[1]) > 1
    assert compiled.executions.interpreted == {"the document uses @defer": 1}


class Renaming(SchemaExtension):
    """Changes each document after it was parsed, keeping its locations."""

    names: Iterator[str] = iter(())

    def on_parse(self) -> Iterator[None]:
        """Give the root field another alias."""
        yield
        name = next(type(self).names)

        class Alias(Visitor):
            def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
                return FieldNode(
                    name=node.name, alias=NameNode(value=name), arguments=node.arguments, loc=node.loc
                )

        document = self.execution_context.graphql_document
        assert document is not None
        self.execution_context.graphql_document = visit(document, Alias())


@pytest.mark.parametrize(("names", "compiled"), [("aaa", 3), ("aba", 2)])
async def test_a_document_that_an_extension_changes_is_executed_as_changed(names: str, compiled: int) -> None:
    """It is compiled as long as it is changed in the same way; any other way is interpreted, and counted."""
    Renaming.names = iter(names)
    schema = Schema(query=Query, extensions=[Renaming])
    found: list[Any] = [(await schema.execute("{ asked }")).data for _ in names]
    assert [list(data) for data in found] == [[name] for name in names]
    assert schema.executions.compiled == compiled
    assert sum(schema.executions.interpreted.values()) == len(names) - compiled
    assert set(schema.executions.interpreted) <= {operation.CHANGED}


class WithoutLocations(SchemaExtension):
    """Parses without locations."""

    def on_operation(self) -> Iterator[None]:
        """Set the parser's option."""
        self.execution_context.parse_options = {"no_location": True}  # type: ignore[typeddict-unknown-key]
        yield


class OwnExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that a project wrote."""


@pytest.mark.parametrize(
    ("more", "document", "reason"),
    [
        ({"extensions": [WithoutLocations]}, "{ asked }", operation.NO_TEXT),
        ({}, "{ asked }" + " " * operation.MAX_KEPT_LENGTH, operation.TOO_LONG),
        ({"execution_context_class": OwnExecutor}, "{ asked }", OWN_EXECUTOR),
    ],
)
async def test_what_is_not_compiled_is_executed_counted_and_logged_once(
    more: dict[str, Any], document: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By Strawberry's executor, or by the one that the project gave."""
    schema = Schema(query=Query, **more)
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="jit"):
        for _ in range(2):
            result = await schema.execute(document)
            assert result.errors is None
    assert (schema.executions.compiled, schema.executions.interpreted) == (0, {reason: 2})
    assert sum(reason in record.getMessage() for record in caplog.records) == 1
    assert isinstance(more.get("execution_context_class", OwnExecutor), type)
    assert issubclass(schema.execution_context_class, more.get("execution_context_class", object))


@pytest.mark.parametrize(
    ("more", "message"),
    [({}, "Schema: operations are compiled"), ({"execution_context_class": OwnExecutor}, OWN_EXECUTOR)],
)
def test_a_schema_says_when_it_is_made_whether_it_is_compiled(
    more: dict[str, Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With the reason if it is not."""
    with caplog.at_level(logging.INFO, logger="jit"):
        Schema(query=Query, **more)
    assert any(message in record.getMessage() for record in caplog.records)


def test_threads_may_reach_new_documents_and_selections_at_once() -> None:
    """As the workers of a WSGI server do."""
    schema = Schema(**ALL)
    documents = [f"{{ a{number}: buy(key: 1) {{ ... on Book {{ key price }} }} }}" for number in range(20)]

    def ask(document: str) -> Any:
        return schema.execute_sync(document, context_value=context()).data

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, documents * 8))
    assert found == [{f"a{number}": {"key": 1, "price": 100}} for number in range(20)] * 8
    assert schema.executions.compiled == len(found)


async def test_the_least_recently_used_documents_are_forgotten() -> None:
    """The memory for them has a limit."""
    schema = Schema(query=Query)
    for number in range(operation.DOCUMENTS_KEPT + 10):
        await schema.execute(f"{{ a{number}: asked }}")
    assert len(schema.documents._kept) == operation.DOCUMENTS_KEPT


def test_a_schema_class_of_a_project_is_compiled_by_the_mixin() -> None:
    """Also a federated one."""

    class Own(CompiledExecution, strawberry.federation.Schema):
        pass

    for schema in (Own(query=Query), FederationSchema(query=Query)):
        assert schema.execute_sync("{ _service { sdl } }").data
        assert schema.executions.compiled == 1


def test_an_old_strawberry_is_refused_with_its_version() -> None:
    """The lowest version is the one that the package requires."""
    require_supported(STRAWBERRY)
    with pytest.raises(ImportError, match=r"needs Strawberry [\d.]+ or later, but 0\.300\.0 is installed"):
        require_supported("0.300.0")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"strawberry-graphql>={'.'.join(map(str, LOWEST))}" in project["dependencies"]
