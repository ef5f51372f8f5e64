"""`make check`: `python -m tools.checks [--all] [NAME…]`, with the names of checks or of their groups."""

import argparse
import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from tools.checks.catalogue import CHECKS
from tools.checks.check import Check
from tools.checks.runner import Runner

ROOT: Final = Path(__file__).resolve().parents[2]
PASSED: Final = ROOT / ".furlong" / "checks" / "passed"
INTERRUPTED: Final = 130


def main(arguments: list[str]) -> int:
    """Run the checks that are named, or all, and return the exit status."""
    names = sorted({name for check in CHECKS for name in (check.name, check.group)})
    parser = argparse.ArgumentParser(
        prog="make check", description="Run the checks whose inputs have changed."
    )
    parser.add_argument("--all", action="store_true", help="run the unchanged ones too, as CI does")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names)}")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}: there are {', '.join(names)}")
    chosen = [check for check in CHECKS if not options.names or {check.name, check.group} & {*options.names}]
    everything = options.all or os.environ.get("CI", "") not in {"", "0", "false"}
    began = time.monotonic()
    try:
        failed = asyncio.run(_run(chosen, everything=everything))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("interrupted: all checks are stopped")
        return INTERRUPTED
    took = f"{time.monotonic() - began:.1f} s"
    print(f"failed after {took}: {', '.join(failed)}" if failed else f"all well after {took}")
    return 1 if failed else 0


async def _run(checks: list[Check], *, everything: bool) -> list[str]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made it
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    runner = Runner(ROOT, PASSED, max(2, os.cpu_count() or 2), everything=everything, say=_say)
    return await runner.run(checks)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
