"""Calls of the operating system of which one fails, or kills the process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from subgraphs.wallet.payments.bank.folders import System

T = TypeVar("T")


class Killed(BaseException):
    """The process was killed: nothing that catches errors sees it."""


@dataclass
class FailingSystem(System):
    """Lets the call with a number fail.

    Attributes:
        at: The number, from 0; -1 for none.
        fault: What is raised.
        is_done: Whether the call has its effect first.
        names: The calls so far.
    """

    at: int = -1
    fault: Callable[[], BaseException] = Killed
    is_done: bool = False
    names: list[str] = field(default_factory=list)

    def make(self, name: str, folder: int) -> int:
        """Make a file."""
        return self._called(super().make, name, folder)

    def write(self, file: int, content: bytes) -> int:
        """Write half of what is left, so that a file takes several calls."""
        return self._called(super().write, file, content[: max(600, len(content) // 2)])

    def sync(self, file: int) -> None:
        """Wait until it would survive."""
        self._called(super().sync, file)

    def rename(self, name: str, folder: int, to: str, to_folder: int) -> None:
        """Give a file another name."""
        self._called(super().rename, name, folder, to, to_folder)

    def remove(self, name: str, folder: int) -> None:
        """Remove a name."""
        self._called(super().remove, name, folder)

    def _called(self, call: Callable[..., T], *given: Any) -> T:
        fails = len(self.names) == self.at
        self.names.append(call.__name__)
        if fails and not self.is_done:
            raise self.fault()
        answer = call(*given)
        if fails:
            raise self.fault()
        return answer
