"""`execute` and `subscribe` with graphql-core's signatures; each document's operations are compiled once."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeGuard, cast

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, MiddlewareManager
from graphql import execute as interpret
from graphql import subscribe as interpret_subscription
from graphql.execution import (
    ExecutionHooks,
    Executor,
    Middleware,
    create_source_event_stream,
    execute_subscription_event,
)
from graphql.execution.async_iterables import aclosing
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.pyutils import AbortSignal, AwaitableOrValue, is_async_iterable, is_awaitable

from jit.compile.strawberry_values import is_standard_awaitable_check
from jit.executions import executions_of
from jit.operation import DEFAULT_SETTINGS, CompiledOperation
from jit.settings import Settings, as_manager

DOCUMENTS_KEPT = 512
UNUSUAL: Final = (
    "the caller gave an executor class, predicate, hooks or abort signal, or the schema has @defer"
)
Resolver = Callable[..., Any]


class KeptOperations:
    """Operations by their schema's and document's identity: hashing a document would read all of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._operations: dict[tuple[int, int, str | None], CompiledOperation] = {}

    def find(
        self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None
    ) -> CompiledOperation:
        """Return the operation, compiled on first use, and evict the least recently used one if necessary."""
        key = (id(schema), id(document), operation_name)
        operations = self._operations
        operation = operations.pop(key, None)
        if operation is None:
            operation = CompiledOperation(schema, document, operation_name)
            if len(operations) >= self._most:
                operations.pop(next(iter(operations)), None)
        operations[key] = operation  # it refers to schema and document, so their ids are not reused
        return operation


_kept: Final = KeptOperations(DOCUMENTS_KEPT)


def compile_operation(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None = None,
) -> CompiledOperation:
    """Compile an operation, for callers that keep the result.

    Args:
        schema: The schema, which must not be changed afterwards.
        document: A document that was parsed, and validated against the schema.
        operation_name: The name of the operation, if there are several.
    """
    return CompiledOperation(schema, document, operation_name)


def execute(  # noqa: PLR0917 - graphql-core's signature
    schema: GraphQLSchema,
    document: DocumentNode,
    root_value: Any = None,
    context_value: Any = None,
    variable_values: dict[str, Any] | None = None,
    operation_name: str | None = None,
    field_resolver: Resolver | None = None,
    type_resolver: Resolver | None = None,
    subscribe_field_resolver: Resolver | None = None,
    max_coercion_errors: int = 50,
    enable_early_execution: bool = False,  # noqa: FBT001, FBT002 - graphql-core's
    middleware: Middleware | None = None,
    executor_class: type[Executor[Any]] | None = None,
    is_awaitable: Callable[[Any], TypeGuard[Awaitable[Any]]] | None = None,
    is_async_iterable: Callable[[Any], TypeGuard[AsyncIterable[Any]]] | None = None,
    hide_suggestions: bool = False,  # noqa: FBT001, FBT002 - the same
    abort_signal: AbortSignal | None = None,
    hooks: ExecutionHooks | None = None,
    **custom_context_args: Any,
) -> AwaitableOrValue[ExecutionResult]:
    """Execute an operation as graphql-core's `execute` does.

    Calls with an executor class, predicates, hooks or an abort signal are left to graphql-core.
    """
    compilable = (
        (executor_class is None or executor_class in {Executor, IncrementalExecutor})
        and (is_awaitable is None or is_standard_awaitable_check(is_awaitable))
        and is_async_iterable is None
        and abort_signal is None
        and hooks is None
        and not custom_context_args
        and (middleware is None or isinstance(middleware, list | tuple | MiddlewareManager))
        and not (schema.get_directive("defer") or schema.get_directive("stream"))  # it refuses these schemas
    )
    if compilable:
        operation = _kept.find(schema, document, operation_name)
        settings = DEFAULT_SETTINGS
        if (
            field_resolver is not None
            or type_resolver is not None
            or middleware is not None
            or max_coercion_errors != DEFAULT_SETTINGS.max_coercion_errors
            or hide_suggestions
        ):
            manager = as_manager(middleware)
            settings = Settings(field_resolver, type_resolver, max_coercion_errors, manager, hide_suggestions)
        return operation.execute(root_value, context_value, variable_values, settings)
    executions_of(schema).count_interpreted(UNUSUAL)
    return interpret(
        schema,
        document,
        root_value,
        context_value,
        variable_values,
        operation_name,
        field_resolver,
        type_resolver,
        subscribe_field_resolver,
        max_coercion_errors,
        enable_early_execution,
        middleware,
        executor_class,
        is_awaitable,
        is_async_iterable,
        hide_suggestions,
        abort_signal,
        hooks,
        **custom_context_args,
    )


def subscribe(  # noqa: PLR0917 - graphql-core's signature
    schema: GraphQLSchema,
    document: DocumentNode,
    root_value: Any = None,
    context_value: Any = None,
    variable_values: dict[str, Any] | None = None,
    operation_name: str | None = None,
    field_resolver: Resolver | None = None,
    type_resolver: Resolver | None = None,
    subscribe_field_resolver: Resolver | None = None,
    max_coercion_errors: int = 50,
    enable_early_execution: bool = False,  # noqa: FBT001, FBT002 - graphql-core's
    executor_class: type[Executor[Any]] | None = None,
    middleware: MiddlewareManager | None = None,
    hide_suggestions: bool = False,  # noqa: FBT001, FBT002 - the same
    **custom_context_args: Any,
) -> AwaitableOrValue[AsyncIterator[ExecutionResult] | ExecutionResult]:
    """Subscribe as graphql-core's `subscribe` does; compiled code executes each event."""
    if executor_class is not None or custom_context_args:
        executions_of(schema).count_interpreted(UNUSUAL)
        return interpret_subscription(
            schema,
            document,
            root_value,
            context_value,
            variable_values,
            operation_name,
            field_resolver,
            type_resolver,
            subscribe_field_resolver,
            max_coercion_errors,
            enable_early_execution,
            executor_class,
            middleware,
            hide_suggestions,
            **custom_context_args,
        )
    executor = ExecutorThrowingOnIncremental.build(
        schema,
        document,
        root_value,
        context_value,
        variable_values,
        operation_name,
        field_resolver,
        type_resolver,
        subscribe_field_resolver,
        max_coercion_errors,
        enable_early_execution,
        middleware=middleware,
        hide_suggestions=hide_suggestions,
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    if executor.operation.operation.value != "subscription":
        raise GraphQLError("Expected subscription operation.")
    operation = _kept.find(schema, document, operation_name)
    settings = Settings(
        field_resolver,
        type_resolver,
        max_coercion_errors,
        as_manager(middleware),
        hide_suggestions,
        awaited=True,
    )
    return _responses(executor, operation, settings)


def _responses(
    executor: Executor[Any], operation: CompiledOperation, settings: Settings
) -> AwaitableOrValue[AsyncIterator[ExecutionResult] | ExecutionResult]:
    def mapped(stream: Any) -> Any:
        if not is_async_iterable(stream):
            return stream  # an error
        return _executed(executor, executor.cancellable_iterable(stream), operation, settings)

    async def mapped_later(stream: Awaitable[Any]) -> Any:
        return mapped(await stream)

    stream = create_source_event_stream(executor)
    if is_awaitable(stream):
        return mapped_later(stream)
    return cast("AsyncIterator[ExecutionResult] | ExecutionResult", mapped(stream))


async def _executed(
    executor: Executor[Any], stream: AsyncIterable[Any], operation: CompiledOperation, settings: Settings
) -> AsyncGenerator[ExecutionResult, None]:
    """Execute each event, as graphql-core's `map_source_to_response_event` does.

    That function copies the executor for each event, which only interpreted events need. An event that is a
    result was executed by its source.
    """
    compiled = operation.fallback_reason is None
    executions = executions_of(executor.schema)
    try:
        async with aclosing(aiter(stream)) as events:  # which may be an iterator that cannot be closed
            async for event in events:
                result: Any = event if event.__class__ is ExecutionResult else None
                if result is None and compiled:
                    result = operation.run(event, executor.context_value, executor.variable_values, settings)
                if result is None:
                    executions.count_interpreted(operation.reason_for(executor.variable_values))
                    result = execute_subscription_event(executor.build_per_event_executor(event))
                yield result if result.__class__ is ExecutionResult else await result
                del event, result  # thousands of streams wait here for their next event
    finally:
        # Breaking the executor's reference to itself frees the memory of an ended stream at once.
        del executor.async_helpers
