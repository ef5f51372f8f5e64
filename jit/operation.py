"""An operation compiled for a schema, executed any number of times, and found again by its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    assert_valid_schema,
    default_field_resolver,
)
from graphql import execute as interpret
from graphql.execution.values import VariableValues
from graphql.pyutils import AwaitableOrValue

from jit.compile.generator import COMPILING, Generator
from jit.compile.reading.field_reader import CallerOverrides
from jit.compile.selection import NotCompiled, SelectedOperation, Selections, select_operation
from jit.compile.source import UncheckedName, checked
from jit.compile.variables import Variables
from jit.executions import executions_of
from jit.runtime.driver import Program, start, start_awaited, start_when_awaited
from jit.runtime.execution import Execution
from jit.runtime.state import PreparedOperation
from jit.settings import Settings
from jit.strawberry.detection import resolvers_of

MAX_VARIANTS: Final = 64


@dataclass(frozen=True, slots=True)
class _Variant:
    """The operation for one set of conditions."""

    generator: Generator
    program: Program


DEFAULT_SETTINGS: Final = Settings()
AWAITED_SETTINGS: Final = Settings(awaited=True)


class CompiledOperation:
    """One operation of a document as Python functions.

    It is compiled once for each set of values of the variables in its `@skip` and `@include`, and again for
    callers with a default resolver or middleware of their own.

    Attributes:
        fallback_reason: Why graphql-core executes it instead; None if it is compiled.
        conditions: The variables in its `@skip` and `@include`.
        is_subscription: Whether it is a subscription; False for an operation that is not compiled.
        variables: Coerces the values of its variables.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation_name: str | None = None,
    ) -> None:
        """Compile the operation if it has no conditions, else prepare it.

        Args:
            schema: The schema, which must not be changed afterwards.
            document: A document that was parsed, and validated against the schema.
            operation_name: The name of the operation, if there are several.

        Raises:
            ImportError: The schema is that of a Strawberry that is too old.
            TypeError: The schema is not valid.
        """
        assert_valid_schema(schema)
        self._executions = executions_of(schema)
        self._schema = schema
        self._document = document
        self._name = operation_name
        self._variants: dict[tuple[Any, ...], _Variant] = {}
        self._chosen: SelectedOperation | None = None
        self._root: GraphQLObjectType | None = None
        self._unconditional: _Variant | None = None
        """The variant without conditions, for callers without resolvers or middleware of their own."""
        self.conditions: tuple[str, ...] = ()
        self.is_subscription = False
        self.variables: Variables
        self.fallback_reason: str | None = None
        try:
            self._chosen = select_operation(document, operation_name)
            self._prepare(self._chosen)
        except (NotCompiled, UncheckedName, RecursionError) as reason:
            self.fallback_reason = str(reason) or type(reason).__name__

    def _prepare(self, chosen: SelectedOperation) -> None:
        self._root = self._schema.get_root_type(chosen.operation.operation)
        if self._root is None:
            raise NotCompiled("the schema has no root type for the operation")
        self._unwrap, make_info = resolvers_of(self._schema)
        self._prepared = PreparedOperation(self._schema, chosen.operation, chosen.fragments, make_info)
        self.variables = Variables(self._schema, chosen.operation)
        self.conditions = chosen.conditions
        self.is_subscription = chosen.operation.operation is OperationType.SUBSCRIPTION
        if not self.conditions:
            self._unconditional = self._variant({}, DEFAULT_SETTINGS)

    def compile(self, conditions: Mapping[str, bool]) -> None:
        """Compile the operation ahead of its first execution for values of its conditions.

        Args:
            conditions: The value of each variable in `conditions`.
        """
        if self.fallback_reason is None:
            self._variant({name: conditions[name] for name in self.conditions}, DEFAULT_SETTINGS)

    @property
    def source(self) -> str:
        """The Python source that was generated so far."""
        return "\n\n".join(str(variant.generator.source) for variant in self._variants.values())

    def execute(
        self,
        root_value: Any = None,
        context_value: Any = None,
        variable_values: dict[str, Any] | None = None,
        settings: Settings = DEFAULT_SETTINGS,
    ) -> AwaitableOrValue[ExecutionResult]:
        """Execute the operation.

        Returns:
            The result, or an awaitable of it if a value has to be awaited.
        """
        if self.fallback_reason is not None:
            self._executions.count_interpreted(self.fallback_reason)
            return self._interpret(root_value, context_value, variable_values, settings)
        inputs = variable_values or {}
        variables = self.variables.coerce_fast(inputs) or self.variables.coerce(
            inputs, settings.max_coercion_errors, hide_suggestions=settings.hide_suggestions
        )
        if isinstance(variables, list):
            return ExecutionResult(None, variables)
        started = self.run(root_value, context_value, variables, settings)
        if started is None:
            self._executions.count_interpreted(self.reason_for(variables))
            return self._interpret(root_value, context_value, variable_values, settings)
        return started

    def execute_awaited(
        self, root_value: Any, context_value: Any, variable_values: dict[str, Any]
    ) -> AwaitableOrValue[ExecutionResult]:
        """Execute the operation for a coroutine that awaits the result at once.

        This is the cheapest way, because awaitables are started at once instead of being kept.
        """
        unconditional = self._unconditional
        if unconditional is not None:
            variables = self.variables.coerce_fast(variable_values)
            if variables is not None:
                self._executions.compiled += 1
                return start_awaited(
                    Execution(self._prepared, root_value, context_value, variables, AWAITED_SETTINGS),
                    unconditional.program,
                )
        return self.execute(root_value, context_value, variable_values, AWAITED_SETTINGS)

    def run(
        self,
        root_value: Any,
        context_value: Any,
        variables: VariableValues,
        settings: Settings = DEFAULT_SETTINGS,
    ) -> AwaitableOrValue[ExecutionResult] | None:
        """Execute the operation with variables that have already been coerced.

        Args:
            root_value: The source of the root fields.
            context_value: What resolvers find in their info.
            variables: The result of `variables.coerce`.
            settings: What the caller overrides.

        Returns:
            The result, or an awaitable of it; None if graphql-core must execute the operation, by `execute`.
        """
        if self.fallback_reason is not None:
            return None
        variant: _Variant | None
        if (
            self._unconditional is not None
            and settings.field_resolver is None
            and settings.middleware is None
        ):
            variant = self._unconditional
        else:
            variant = self._variant_for(variables, settings)
        if variant is None:
            return None
        self._executions.compiled += 1
        execution = Execution(self._prepared, root_value, context_value, variables, settings)
        if settings.awaited:
            return start_awaited(execution, variant.program)
        if variant.generator.starts_async:
            return start_when_awaited(execution, variant.program)
        return start(execution, variant.program)

    def _interpret(
        self,
        root_value: Any,
        context_value: Any,
        variable_values: dict[str, Any] | None,
        settings: Settings,
    ) -> AwaitableOrValue[ExecutionResult]:
        return interpret(
            self._schema,
            self._document,
            root_value,
            context_value,
            variable_values,
            self._name,
            settings.field_resolver,
            settings.type_resolver,
            max_coercion_errors=settings.max_coercion_errors,
            middleware=settings.middleware,
            hide_suggestions=settings.hide_suggestions,
        )

    def _variant_for(self, variables: VariableValues, settings: Settings) -> _Variant | None:
        conditions: dict[str, bool] = {}
        for name in self.conditions:
            value = variables.coerced.get(name)
            if not isinstance(value, bool):
                return None
            conditions[name] = value
        try:
            return self._variant(conditions, settings)
        except (NotCompiled, UncheckedName, RecursionError):
            return None

    def reason_for(self, variables: VariableValues) -> str:
        """Return why graphql-core must execute the operation, after `run` has returned None."""
        if self.fallback_reason is not None:
            return self.fallback_reason
        if all(isinstance(variables.coerced.get(name), bool) for name in self.conditions):
            return "the operation cannot be compiled for its conditions"
        return "a variable of @skip or @include is null"

    def _variant(self, conditions: dict[str, bool], settings: Settings) -> _Variant:
        given = settings.field_resolver
        own_default_resolver = given is not None and given is not default_field_resolver
        middleware = settings.middleware is not None
        key = (own_default_resolver, middleware, *conditions.values())
        variant = self._variants.get(key)
        if variant is None:
            with COMPILING:
                if len(self._variants) >= MAX_VARIANTS:
                    self._variants.pop(next(iter(self._variants)))
                overrides = CallerOverrides(own_default_resolver, middleware, self._unwrap)
                variant = self._variants[key] = self._compile(conditions, overrides)
        return variant

    def _compile(self, conditions: dict[str, bool], overrides: CallerOverrides) -> _Variant:
        chosen, root = self._chosen, self._root
        assert chosen is not None  # noqa: S101 - the caller has checked it
        assert root is not None  # noqa: S101 - the same
        name = chosen.operation.name
        title = checked(name.value) if name else "operation"
        generator = Generator(Selections(self._schema, chosen, conditions), overrides, title)
        if chosen.operation.operation is OperationType.MUTATION:
            return _Variant(generator, Program(None, generator.serial_root(root)))
        return _Variant(generator, Program(generator.root(root), []))


DOCUMENTS_KEPT: Final = 512
MAX_KEPT_LENGTH: Final = 64 * 1024
"""The most characters of a document that is compiled, so that the memory for all of them stays small."""

TOO_LONG: Final = f"the document is longer than {MAX_KEPT_LENGTH} characters"
NO_TEXT: Final = "the document was parsed without locations, so it would not be found again"
CHANGED: Final = "an extension changed the document, and not as it did when it was compiled"
TOO_DEEP: Final = "the document is nested too deeply"


class KeptDocuments:
    """The least recently used operations are forgotten; safe to use in several threads.

    A server parses the same text for each request. What it parsed is compared with what was compiled,
    because an extension may have changed it since then.
    """

    def __init__(self, most: int = DOCUMENTS_KEPT) -> None:
        self._most = most
        self._kept: dict[tuple[str, str | None], tuple[DocumentNode, CompiledOperation]] = {}
        self._lock = Lock()

    def find(
        self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None
    ) -> CompiledOperation | str:
        """Return an operation, compiled on first use; or why it is not compiled."""
        if document.loc is None:
            return NO_TEXT
        text = document.loc.source.body
        if len(text) > MAX_KEPT_LENGTH:
            return TOO_LONG
        key = (text, operation_name)
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None:
                kept = (document, CompiledOperation(schema, document, operation_name))
                if len(self._kept) >= self._most:
                    del self._kept[next(iter(self._kept))]
            self._kept[key] = kept
        compiled_from, operation = kept
        try:
            same = compiled_from is document or compiled_from == document
        except RecursionError:
            return TOO_DEEP
        return operation if same else CHANGED
