"""The worker as `furlong worker fulfilment` runs it, which kills itself at a step.

Arguments: the step, or `never`. Everything else comes from the environment, as for the command.
"""

import asyncio
import os
import signal
import sys

from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli.long_work import stop_on_signals
from furlong.workers.fulfilment_worker import FulfilmentProcess, run_fulfilment
from subgraphs.fulfilment.providers.settings import FulfilmentSettings


async def main(fatal: str) -> None:
    """Run the worker until the fatal step."""

    def die(step: str) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    fulfilling = FulfilmentProcess.open(DatabaseSettings(), FulfilmentSettings(), SystemClock(), on_step=die)
    with stop_on_signals() as stop:
        await run_fulfilment(fulfilling, None, stop)


asyncio.run(main(sys.argv[1]))
