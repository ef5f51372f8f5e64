"""Handles SIGHUP, by which operators ask a server to reload."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_hangup(call: Callable[[], None]) -> Iterator[None]:
    """Call a function on each SIGHUP while the block runs; works only in the main thread's event loop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, call)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
