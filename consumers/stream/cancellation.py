"""Loops notice a cancellation that a library below them swallowed."""

import asyncio


def raise_if_cancelled() -> None:
    """Cancel the current task again where a library swallowed its cancellation, as a connecting driver may.

    Raises:
        asyncio.CancelledError: the task was cancelled, and something below it went on as if it were not.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
