"""The process that gathers what happens in the demo: `python -m furlong.demo.analytics READY_FILE`."""

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from analytics.consumer import AnalyticsConsumer
from analytics.errors import StoreInUse
from analytics.settings import AnalyticsSettings
from consumers.stream.settings import StreamSettings
from furlong.demo import ready_file
from furlong.demo.analytics.history import write_history
from furlong.demo.clock import demo_clock
from furlong.demo.consumers.supervised_consumers import REST_SECONDS
from furlong.demo.tokens import demo_secret
from simulator.world import load_world

SOON_SECONDS = 1.0
"""After how long a bet is stored and counted, so that whoever places one finds it in the next answer."""

STOP_SECONDS = 3
"""How long it may take to end without the demo: what was not counted is counted at the next start."""

log = structlog.get_logger(__name__)


async def _gather(ready: Path) -> None:
    facts = ready_file.read(ready)
    if facts is None:
        return
    data = Path(facts.data)
    settings = AnalyticsSettings(
        folder=data / "analytics",
        key=SecretStr(demo_secret(data)),
        batch_seconds=SOON_SECONDS,
        rollup_seconds=SOON_SECONDS,
        rollup_rest=0.25,
    )
    stream = StreamSettings(bootstrap=facts.kafka, generation=facts.generation)
    clock, stop = demo_clock(data, None, backwards=False), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_reader(0, _end_with_the_demo, stop)
    world, has_waited = load_world(), False
    while not stop.is_set():
        consumer = AnalyticsConsumer(
            settings, stream, clock, CollectorRegistry(), before=partial(write_history, world=world)
        )
        try:
            await consumer.run_until(stop)
        except StoreInUse as fault:  # somebody asks before this process has begun, and is done in a moment
            if not has_waited:
                log.warning("store_not_ours_yet", error=str(fault))
            has_waited = True
            await asyncio.sleep(1)
        except Exception as fault:
            log.exception("consumer_ended", name="analytics", again_in=REST_SECONDS, error=str(fault))
            await asyncio.sleep(REST_SECONDS)


def _end_with_the_demo(stop: asyncio.Event) -> None:
    """Stop because the input has ended: the demo is gone, and can't end a process that takes too long."""
    asyncio.get_running_loop().remove_reader(0)
    stop.set()
    signal.alarm(STOP_SECONDS)


asyncio.run(_gather(Path(sys.argv[1])))
