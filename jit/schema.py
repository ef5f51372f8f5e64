"""Strawberry's schema classes, whose operations are compiled: the drop-in for Strawberry projects."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from jit.strawberry.detection import require_supported

STRAWBERRY: Final = version("strawberry-graphql")
require_supported(STRAWBERRY)

import strawberry  # noqa: E402 - an older version must be refused before something in it is missed
import strawberry.federation  # noqa: E402 - the same
from graphql.execution import Executor  # noqa: E402 - the same
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext  # noqa: E402 - the same

from jit.executions import Executions, log  # noqa: E402 - the same
from jit.executor import CompiledExecutor, interpreting  # noqa: E402 - the same
from jit.operation import KeptDocuments  # noqa: E402 - the same

OWN_EXECUTOR: Final = "the schema was given an execution_context_class of its own"


def compile_executions(schema: Any) -> None:
    """Compile the operations of a schema that Strawberry has made, and log whether they are."""
    schema.executions = Executions(type(schema).__name__)
    schema.documents = KeptDocuments()
    if schema.execution_context_class is StrawberryGraphQLCoreExecutionContext:
        schema.execution_context_class = CompiledExecutor
        log.info("%s: operations are compiled (Strawberry %s).", type(schema).__name__, STRAWBERRY)
    else:
        CompiledExecution.interpret(schema, OWN_EXECUTOR)


class CompiledExecution:
    """Makes a subclass of Strawberry's `Schema` compile its operations; must be its first base class.

    Attributes:
        executions: Counts the executions, and says why operations were not compiled.
        documents: The compiled operations.
    """

    executions: Executions
    documents: KeptDocuments
    execution_context_class: type[Executor[Any]]

    if not TYPE_CHECKING:  # for type checkers, the arguments are those of the other base class

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            compile_executions(self)

    def interpret(self, reason: str) -> None:
        """Have Strawberry's executor, or the schema's own, execute all operations.

        Args:
            reason: Why, for the log and the counter.
        """
        given = self.execution_context_class
        executor = StrawberryGraphQLCoreExecutionContext if given is CompiledExecutor else given
        self.execution_context_class = interpreting(executor, reason)
        log.warning("%s: operations are not compiled, because %s.", type(self).__name__, reason)


class Schema(CompiledExecution, strawberry.Schema):
    """Strawberry's `Schema`, compiled."""


class FederationSchema(CompiledExecution, strawberry.federation.Schema):
    """Strawberry's `federation.Schema`, compiled."""
