"""Counts what is executed by compiled code, and what by graphql-core, and says why."""

import logging
from collections import Counter
from threading import Lock
from typing import Any, Final

log: Final = logging.getLogger("jit")


class Executions:
    """The executions of one schema; safe to use in several threads.

    Attributes:
        compiled: How many operations and events compiled code has executed. It is counted in place, without
            a call or a lock: CPython switches threads at calls and jumps, and there is none in between.
        interpreted: How many graphql-core has executed, by the reason.
    """

    def __init__(self, name: str) -> None:
        """Start at 0.

        Args:
            name: What is executed, for the log.
        """
        self.compiled = 0
        self.interpreted: Counter[str] = Counter()
        self._name = name
        self._lock = Lock()

    def count_interpreted(self, reason: str) -> None:
        """Count an execution by graphql-core, and log the first one for each reason.

        Args:
            reason: Why; what follows a colon is logged, but not part of the reason.
        """
        kind = reason.partition(":")[0]
        with self._lock:
            self.interpreted[kind] += 1
            is_first = self.interpreted[kind] == 1
        if is_first:
            log.warning(
                "%s: graphql-core executes an operation, because %s. Later ones are only counted.",
                self._name,
                reason,
            )

    def __repr__(self) -> str:
        reasons = "".join(f", {count} not because {reason}" for reason, count in self.interpreted.items())
        return f"<{self.compiled} executions were compiled{reasons}>"


EXECUTIONS: Final = Executions("jit")
"""Counts the executions of schemas that have no counter of their own."""


def executions_of(schema: Any) -> Executions:
    """Return the counter of a graphql-core schema: that of its Strawberry schema, if `jit.schema` made it."""
    made_by = getattr(schema, "_strawberry_schema", None)
    executions: Executions = getattr(made_by, "executions", EXECUTIONS)
    return executions
