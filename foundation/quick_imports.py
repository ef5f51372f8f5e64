"""Makes the imports of a starting process cheaper."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NOT_FOR_STRUCTLOG: Final = ("greenlet", "rich")
"""Optional packages that structlog imports if it finds them, and that no process which serves lets it use.

It would format tracebacks on terminals by rich, as `foundation.logs` does itself, and look for the threads of
greenlet. With what rich imports, that is a tenth of the modules of a gateway.
"""


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import in the block without collections of garbage.

    Modules live as long as the process: a collection while they are imported finds nothing, and visits all of
    them again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def import_structlog() -> None:
    """Import structlog without the optional packages that it would import; call this before anything logs.

    They are hidden from this import alone, because others need them, such as rich for the expressions of
    policies. Those that were imported before are left alone.
    """
    hidden = [name for name in NOT_FOR_STRUCTLOG if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None means: cannot be imported
    try:
        import structlog  # noqa: F401, PLC0415 - nothing else may be imported meanwhile
    finally:
        for name in hidden:
            del sys.modules[name]
