"""Makes the imports of a starting process cheaper."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

UNUSED: Final = ("rich",)
"""Optional packages of which nothing is used by a process that serves.

structlog imports rich for tracebacks on terminals, which `foundation.logs` formats itself. With what rich
imports, that is a tenth of the modules of a gateway.
"""


@contextmanager
def quick_imports(*unused: str) -> Iterator[None]:
    """Import in the block without collections of garbage, and without optional packages that are not used.

    Modules live as long as the process: a collection while they are imported finds nothing, and visits all of
    them again and again. Packages that were imported before the block are left alone.

    Args:
        unused: Further optional packages that the modules would import and this process does not use.
    """
    enabled = gc.isenabled()
    hidden = [name for name in (*UNUSED, *unused) if name not in sys.modules]
    gc.disable()
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None means: cannot be imported
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        if enabled:
            gc.enable()
