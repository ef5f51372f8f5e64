"""What can fail while the clone is set up, told in one sentence that says what to do."""

import re
from pathlib import Path
from typing import Final

DISK: Final = re.compile(
    r"No space left on device|ENOSPC|os error 28|Disk quota exceeded|EDQUOT", re.IGNORECASE
)
NETWORK: Final = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT"
    r"|dns error|error sending request|client error \(Connect\)|NewConnectionError|ConnectTimeoutError"
    r"|Failed to establish a new connection|Temporary failure in name resolution|Network is unreachable"
    r"|Could not resolve host|ProxyError",
    re.IGNORECASE,
)
HASHES: Final = re.compile(r"Hash mismatch|THESE PACKAGES DO NOT MATCH THE HASHES|EINTEGRITY", re.IGNORECASE)
FREE_MEGABYTES: Final = 700


class SetUpError(Exception):
    """The set-up cannot go on; the message says what to do."""


class CommandError(SetUpError):
    """A command failed.

    Attributes:
        output: What the command wrote.
    """

    def __init__(self, step: str, output: str, log: Path) -> None:
        """Say what to do about the output."""
        super().__init__(_sentence(step, output, log))
        self.output = output


def is_about_disk(output: str) -> bool:
    """Tell whether the disk is full."""
    return DISK.search(output) is not None


def is_about_network(output: str) -> bool:
    """Tell whether a server could not be reached."""
    return NETWORK.search(output) is not None


def disk_is_full(place: Path) -> str:
    """Return the sentence about a full disk."""
    return f"The disk is full: free {FREE_MEGABYTES} MB where {place} is, and run the same command again."


def _sentence(step: str, output: str, log: Path) -> str:
    if is_about_disk(output):
        return disk_is_full(log.parent)
    if is_about_network(output):
        return (
            f"{step} could not be downloaded: check the network, and the proxy if there is one, and run the "
            f"same command again (all messages: {log})."
        )
    if HASHES.search(output):
        return (
            f"{step} are not what the lock names: the download was changed or cut short; run the same "
            f"command again, and do not go on if it fails again (all messages: {log})."
        )
    return f"{step} failed: {log} has all messages, and running the same command again starts from there."
