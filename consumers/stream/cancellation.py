"""Notices a cancellation that a library swallowed."""

import asyncio


def raise_if_cancelled() -> None:
    """Raise the current task's cancellation if a library swallowed it, as a connecting driver may.

    Raises:
        asyncio.CancelledError: The task was cancelled, but kept running.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
