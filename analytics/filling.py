"""How far a store is filled for the first time: its owner says so until there is a snapshot to ask."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "filling.json"
FIRST: Final = "The first facts are being stored, and can be asked in a moment."
"""What is said of a store whose owner is at work and says no more."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the work is.

    Attributes:
        percent: Of the whole, at most 99.
        step: What has been done, such as `4 of 16 weeks are counted`.
    """

    percent: int
    step: str

    def says(self) -> str:
        """Return the sentence that stands in place of an answer."""
        return f"History is being filled: {self.percent} % so far, {self.step}. Answers come when it is done."


@dataclass(frozen=True, slots=True)
class FillingFile:
    """The file, as the process that fills the store writes it.

    Attributes:
        folder: The store's folder.
    """

    folder: Path

    def say(self, percent: int, step: str) -> None:
        """Let readers know how far the work is.

        Raises:
            OSError: The folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = self.folder / f".{FILE}.{os.getpid()}"
        written.write_text(
            json.dumps({"process": os.getpid(), "percent": min(percent, 99), "step": step}), encoding="utf-8"
        )
        written.replace(self.folder / FILE)

    def end(self) -> None:
        """Say no more: there is something to ask, or nobody is at work."""
        (self.folder / FILE).unlink(missing_ok=True)


def filling_of(folder: Path) -> Filling | None:
    """Return how far a store is filled; None if no process that is alive says so."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        os.kill(said["process"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:  # it is alive, and another user's
        pass
    return Filling(said["percent"], said["step"])
