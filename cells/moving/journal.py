"""The journal of a move: which steps have begun and which are done, so that a killed move can continue."""

import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from cells.errors import MoveError


class Kind(Enum):
    """What a journal is about: a cell is moved, split in two, or merged into another."""

    MOVE = "move"
    SPLIT = "split"
    MERGE = "merge"


class Step(Enum):
    """The steps of moves, splits and merges; each kind has some of them.

    FINAL_CATCH_UP: was called `level` in journals of earlier releases, which are still read.
    """

    CHECK = "check"
    DUMP = "dump"
    LOAD = "load"
    REPLICATE = "replicate"
    CATCH_UP = "catch-up"
    VERIFY = "verify"
    FENCE = "fence"
    FINAL_CATCH_UP = "final-catch-up"
    FENCE_TARGET = "fence-target"
    TRIM_TARGET = "trim-target"
    TRIM_SOURCE = "trim-source"
    JOIN = "join"
    OPEN = "open"
    SWITCH = "switch"
    CLEAN_UP = "clean-up"


_WITHOUT_RETURN: Final = frozenset({Step.TRIM_SOURCE, Step.JOIN, Step.OPEN})
"""Once one of these has begun, the move cannot be undone."""

_FORMER_NAMES: Final = {"level": Step.FINAL_CATCH_UP}


def _step(name: str) -> Step:
    return _FORMER_NAMES.get(name) or Step(name)


class _Contents(msgspec.Struct):
    cell: str
    source: str
    target: str
    begun: list[str]
    done: dict[str, float]
    facts: dict[str, str]
    went_back: bool
    kind: str = Kind.MOVE.value
    goes_back: bool = False


@dataclass(slots=True)
class Journal:
    """What is known of one move. Before a step's first action, all that was noted is on the disk.

    Attributes:
        begun: The steps that have begun at least once.
        done: The seconds that each finished step took.
        facts: What later steps need of earlier ones.
        went_back: Whether the move was aborted.
        goes_back: Whether it is being aborted, or was.
    """

    file: Path
    cell: str
    source: str
    target: str
    begun: list[Step] = field(default_factory=list)
    done: dict[Step, float] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    went_back: bool = False
    kind: Kind = Kind.MOVE
    goes_back: bool = False

    @classmethod
    def open(cls, folder: Path, cell: str, source: str, target: str, kind: Kind = Kind.MOVE) -> Self:
        """Return the journal of a move that has begun, or a new one.

        Raises:
            MoveError: The folder has another move of the cell that is not over.
        """
        written = cls.read(folder, cell)
        if written is None or written.is_over:
            return cls(folder / f"{cell}.json", cell, source, target, kind=kind)
        if (written.source, written.target, written.kind) != (source, target, kind):
            raise MoveError(
                f"{written.file} is a {written.kind.value} of cell {cell} from {written.source} to "
                f"{written.target} that is not over: finish it, or give it up with --back"
            )
        return written

    @classmethod
    def read(cls, folder: Path, cell: str) -> Self | None:
        """Return the journal of the last move of a cell; None if there was none."""
        file = folder / f"{cell}.json"
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=_Contents)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise MoveError(f"{file} is not the journal of a move: {error}") from error
        return cls(
            file,
            kept.cell,
            kept.source,
            kept.target,
            [_step(name) for name in kept.begun],
            {_step(name): seconds for name, seconds in kept.done.items()},
            kept.facts,
            kept.went_back,
            Kind(kept.kind),
            kept.goes_back or kept.went_back,
        )

    @property
    def is_over(self) -> bool:
        """Return whether the move is complete, or was aborted."""
        return self.went_back or Step.CLEAN_UP in self.done

    @property
    def has_way_back(self) -> bool:
        """Return whether the source can take the cell back without losing writes."""
        return not _WITHOUT_RETURN & set(self.begun) and not self.went_back

    def begin(self, step: Step) -> None:
        """Note that a step begins, before its first action."""
        if step not in self.begun:
            self.begun.append(step)
            self._store()

    def finish(self, step: Step, seconds: float, **facts: str) -> None:
        """Note that a step is done, and what later steps need of it.

        The note is written when the next step begins: if the mover is killed before, the step is repeated.
        """
        self.done[step] = round(seconds, 3)
        self.facts |= facts
        if step is Step.CLEAN_UP:
            self._store()

    def begin_back(self) -> None:
        """Note that the move is given up, before the first action: it cannot be continued from here on."""
        self.goes_back = True
        self._store()

    def go_back(self) -> None:
        """Note that the move was given up."""
        self.went_back = True
        self._store()

    def facts_of(self) -> dict[str, Any]:
        """Return the journal for people and programs."""
        contents: dict[str, Any] = msgspec.to_builtins(self._contents())
        return contents | {"has_way_back": self.has_way_back}

    def _contents(self) -> _Contents:
        begun, done = [step.value for step in self.begun], {step.value: at for step, at in self.done.items()}
        return _Contents(
            self.cell,
            self.source,
            self.target,
            begun,
            done,
            self.facts,
            self.went_back,
            self.kind.value,
            self.goes_back,
        )

    def _store(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(self._contents())))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
