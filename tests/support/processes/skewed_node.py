"""A command of Furlong on a node whose clock is wrong: `python skewed_node.py SECONDS ARGUMENT…`."""

import sys
from datetime import UTC, datetime, timedelta

from foundation.storage.clock import SystemClock
from furlong.cli import app


def main() -> None:
    """Move this process's clock, and run the command; the database's clock stays right."""
    skew = timedelta(seconds=float(sys.argv.pop(1)))

    def now(self: SystemClock) -> datetime:
        return datetime.now(UTC) + skew

    SystemClock.now = now  # type: ignore[method-assign] # what the node's wrong clock says
    app()


if __name__ == "__main__":
    main()
