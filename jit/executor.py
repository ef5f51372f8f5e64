"""Strawberry's executor, which leaves queries, mutations and the events of subscriptions to compiled code."""

from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, TypeGuard

from graphql import DocumentNode, GraphQLSchema, OperationType
from graphql.execution import ExecutionHooks, Executor, Middleware
from graphql.execution.values import VariableValues
from graphql.pyutils import AbortSignal
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from jit.compile.strawberry_values import is_standard_awaitable_check
from jit.executions import Executions
from jit.operation import CompiledOperation, KeptDocuments
from jit.settings import Settings, as_manager

UNUSUAL: Final = "the caller gave a predicate, hooks or an abort signal"


class Arguments(NamedTuple):
    """What graphql-core's `Executor.build` is given besides schema and document, in that order."""

    root_value: Any = None
    context_value: Any = None
    raw_variable_values: dict[str, Any] | None = None
    operation_name: str | None = None
    field_resolver: Callable[..., Any] | None = None
    type_resolver: Callable[..., Any] | None = None
    subscribe_field_resolver: Callable[..., Any] | None = None
    max_coercion_errors: int = 50
    enable_early_execution: bool = False
    middleware: Middleware | None = None
    is_awaitable: Callable[[Any], TypeGuard[Awaitable[Any]]] | None = None
    is_async_iterable: Callable[[Any], TypeGuard[AsyncIterable[Any]]] | None = None
    hide_suggestions: bool = False
    abort_signal: AbortSignal | None = None
    hooks: ExecutionHooks | None = None
    operation_extensions: dict[str, Any] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of compiled executions."""
        only_sync = self.is_async_iterable is not None  # Strawberry gives one to `execute_sync` alone
        return Settings(
            self.field_resolver,
            self.type_resolver,
            self.max_coercion_errors,
            as_manager(self.middleware),
            self.hide_suggestions,
            awaited=not only_sync,
            only_sync=only_sync,
            operation_extensions=self.operation_extensions,
        )


class CompiledSchema(Protocol):
    """What the executor finds in a schema.

    Attributes:
        documents: The compiled operations.
        executions: Counts the executions.
    """

    documents: KeptDocuments
    executions: Executions


@dataclass(frozen=True, slots=True)
class CompiledExecution:
    """One execution of a compiled operation; graphql-core runs it like an executor.

    Attributes:
        interpreter: Makes the executor that takes over if the variables require it.
    """

    operation: CompiledOperation
    executions: Executions
    root_value: Any
    context_value: Any
    variables: VariableValues
    settings: Settings
    interpreter: Callable[[], Any]

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: FBT001 - graphql-core's
        """Execute the operation, and return what graphql-core's `Executor.execute_operation` does."""
        result = self.operation.run(self.root_value, self.context_value, self.variables, self.settings)
        if result is None:
            self.executions.count_interpreted(self.operation.reason_for(self.variables))
            return self.interpreter().execute_operation(serially)
        return result


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation that cannot be compiled as Strawberry's executor does, and counts why.

    Attributes:
        compiled: Executes the events of a subscription; None if they are interpreted.
        reason: Why they are.
    """

    compiled: CompiledExecution | None = None
    reason = ""

    @classmethod
    def build(cls, schema: GraphQLSchema, document: DocumentNode, *given: Any, **named: Any) -> Any:
        """Return what executes an operation, or a list of errors; the arguments are graphql-core's."""
        interpreter: Callable[[], Any] = partial(super().build, schema, document, *given, **named)
        arguments = Arguments(*given, **named)
        made_by = _compiled_schema_of(schema)
        operation = made_by.documents.find(schema, document, arguments.operation_name)
        if isinstance(operation, str):
            reason: str | None = operation
        elif (
            arguments.abort_signal is None
            and arguments.hooks is None
            and is_standard_awaitable_check(arguments.is_awaitable)
        ):
            reason = operation.fallback_reason
        else:
            reason = UNUSUAL
        if reason is not None or isinstance(operation, str):
            return _interpreted(made_by, interpreter(), reason or "")
        settings = arguments.settings
        if operation.is_subscription:
            executor = interpreter()
            if isinstance(executor, CompiledExecutor):
                executor.compiled = CompiledExecution(
                    operation,
                    made_by.executions,
                    None,
                    arguments.context_value,
                    executor.variable_values,
                    settings,
                    interpreter,
                )
            return executor
        inputs = arguments.raw_variable_values or {}
        variables = operation.variables.coerce_fast(inputs) or operation.variables.coerce(
            inputs, settings.max_coercion_errors, hide_suggestions=settings.hide_suggestions
        )
        if isinstance(variables, list):
            return variables
        return CompiledExecution(
            operation,
            made_by.executions,
            arguments.root_value,
            arguments.context_value,
            variables,
            settings,
            interpreter,
        )

    def build_per_event_executor(self, payload: Any) -> Any:
        """Return what executes an event of a subscription."""
        interpreter = partial(super().build_per_event_executor, payload)
        if self.compiled is not None:
            return replace(self.compiled, root_value=payload, interpreter=interpreter)
        _compiled_schema_of(self.schema).executions.count_interpreted(self.reason)
        return interpreter()


def interpreting(executor: type[Executor[Any]], reason: str) -> type[Executor[Any]]:
    """Return a subclass of an executor class that counts its executions as interpreted, for a reason."""

    class Interpreting(executor):  # type: ignore[valid-type, misc] # a class that the caller chose
        @classmethod
        def build(cls, schema: GraphQLSchema, *given: Any, **named: Any) -> Any:
            _compiled_schema_of(schema).executions.count_interpreted(reason)
            return super().build(schema, *given, **named)

    Interpreting.__name__, Interpreting.__qualname__ = executor.__name__, executor.__qualname__
    return Interpreting


def _compiled_schema_of(schema: GraphQLSchema) -> CompiledSchema:
    made_by: CompiledSchema = schema._strawberry_schema  # type: ignore[attr-defined] # noqa: SLF001 - Strawberry's
    return made_by


def _interpreted(made_by: CompiledSchema, executor: Any, reason: str) -> Any:
    """Count an operation that is interpreted; the events of a subscription are counted instead of it."""
    if isinstance(executor, CompiledExecutor):
        if executor.operation.operation is OperationType.SUBSCRIPTION:
            executor.reason = reason
        else:
            made_by.executions.count_interpreted(reason)
    return executor
