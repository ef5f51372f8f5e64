"""Modules in support/ can be imported from the tests of the compiler, which run on both event loops."""

import asyncio
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """Production runs on uvloop; programs that use only the compiler may use any loop."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
