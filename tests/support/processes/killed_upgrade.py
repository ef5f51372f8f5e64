"""An upgrade of all databases that kills itself.

Its argument is the number of statements that change a schema before it does.
"""

import asyncio
import os
import re
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases

CHANGES_SCHEMA = re.compile(r"\s*(CREATE|ALTER)")


def main(statements: int) -> None:
    """Upgrade until that many statements have been executed."""
    executed = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal executed
        executed += bool(CHANGES_SCHEMA.match(statement))
        if executed == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    asyncio.run(upgrade_databases(DatabaseSettings()))


main(int(sys.argv[1]))
