"""The tests of the compiler run on both event loops, and for as long as they need."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping

import uvloop
from hypothesis import HealthCheck, settings

# How fast the machine is must not decide whether a property holds. `--hypothesis-profile=long` searches on.
SLOW = [HealthCheck.too_slow]
settings.register_profile("unhurried", deadline=None, suppress_health_check=SLOW, max_examples=80)
settings.register_profile("long", deadline=None, suppress_health_check=SLOW, max_examples=8000)
if settings.get_current_profile_name() != "long":
    settings.load_profile("unhurried")


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """Production runs on uvloop; programs that use only the compiler may use any loop."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
