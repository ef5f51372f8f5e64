"""An upgrade that kills itself.

Its first argument is the number of statements that change a schema before it does. It upgrades all databases,
or with a second and third argument one of that name, to the next version whose migrations are in that folder.
"""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from tests.support.product.release import next_models

CHANGES_SCHEMA = re.compile(r"\s*(CREATE|ALTER)")


def main(statements: int, name: str = "", folder: str = "") -> None:
    """Upgrade until that many statements have been executed."""
    executed = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal executed
        executed += bool(CHANGES_SCHEMA.match(statement))
        if executed == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    if not name:
        asyncio.run(upgrade_databases(DatabaseSettings()))
        return
    asyncio.run(upgrade(DatabaseSettings(), name, next_models(name, Path(folder))))


main(int(sys.argv[1]), *sys.argv[2:])
