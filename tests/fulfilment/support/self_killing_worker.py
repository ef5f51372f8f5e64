"""The worker as `furlong worker fulfilment` runs it, which kills itself at a step.

Arguments: the step, or `never`. Everything else comes from the environment, as for the command.
"""

import asyncio
import os
import signal
import sys

from furlong.fulfilling import Fulfilling, fulfil
from furlong.stopping import stop_on_signals
from storage.clock import SystemClock
from storage.settings import DatabaseSettings
from subgraphs.fulfilment.providers.settings import FulfilmentSettings


async def main(fatal: str) -> None:
    """Run the worker until the fatal step."""

    def die(step: str) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    fulfilling = Fulfilling.open(DatabaseSettings(), FulfilmentSettings(), SystemClock(), on_step=die)
    with stop_on_signals() as stop:
        await fulfil(fulfilling, None, stop)


asyncio.run(main(sys.argv[1]))
