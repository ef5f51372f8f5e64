"""Copies the block of notes under another name into a checkout, and writes its line into the lists."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from furlong.new.lists import ENVIRONMENTS, ChangedList, edited_lists
from subgraphs.block_list import SUBGRAPHS

EXAMPLE: Final = Path(__file__).with_name("notes")
WORKER: Final = "retention"
TESTS: Final = Path("tests/new/test_notes.py")
_WORD: Final = re.compile(r"notes|Notes|note|Note|NOTE")
_NAME: Final = re.compile(r"[a-z][a-z0-9]{1,23}")
_THING: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class CannotBegin(Exception):
    """A block cannot be begun here or under this name; nothing was written."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a block and a row of its table are called.

    Attributes:
        block: Such as `notes`.
        thing: Such as `note`, with underscores between words.
    """

    block: str
    thing: str

    @classmethod
    def of(cls, block: str, thing: str | None = None) -> "Names":
        """Return the names; without one of a row, it is the block's without the s of its plural.

        Raises:
            CannotBegin: A name cannot be one of Python, SQL and Kafka, or is taken.
        """
        thing = thing or (block.removesuffix("s") if block.endswith("s") else f"{block}_entry")
        if not _NAME.fullmatch(block) or keyword.iskeyword(block):
            raise CannotBegin(f"{block!r} cannot name a block: take up to 24 lower-case letters and digits")
        if not _THING.fullmatch(thing) or keyword.iskeyword(thing) or thing == block:
            raise CannotBegin(f"{thing!r} cannot name a row of {block}: name one with --thing, such as note")
        if block in {*SUBGRAPHS, "kit", "backoffice", EXAMPLE.name}:
            raise CannotBegin(f"there is a block {block} already")
        return cls(block, thing)

    @property
    def topic(self) -> str:
        """Return the name of its topic."""
        return f"platform.{self.thing.replace('_', '-')}.v1"

    def renamed(self, text: str) -> str:
        """Return a text about notes as one about this block."""
        text = text.replace("furlong.new.notes.consumer", f"consumers.{self.block}")
        text = text.replace("furlong.new.notes.simulated", f"simulator.{self.block}")
        text = text.replace("furlong.new.notes", f"subgraphs.{self.block}")
        text = text.replace("furlong/new/notes/contract.json", f"contracts/{self.topic}.schema.json")
        text = text.replace("platform.note", self.topic.removesuffix(".v1"))
        words = {
            "notes": self.block,
            "Notes": _pascal(self.block),
            "note": self.thing,
            "Note": _pascal(self.thing),
            "NOTE": self.thing.upper(),
        }
        return _WORD.sub(lambda matched: words[matched[0]], text)


def begin_block(checkout: Path, names: Names) -> list[Path]:
    """Write a block into a checkout; return the files that were written or edited, below it.

    Raises:
        CannotBegin: The folder is no checkout, or one of the files is there; nothing was written.
    """
    new = dict(_files(checkout, names))
    try:
        edited = edited_lists(checkout, names.block, names.topic, WORKER)
    except ChangedList as error:
        raise CannotBegin(str(error)) from error
    beside = (path.with_suffix("") for path in new if path.parent == Path("simulator"))  # a package hides it
    environments = (path for path in edited if path.parent == ENVIRONMENTS)
    if taken := sorted(str(path) for path in (*new, *beside, *environments) if (checkout / path).exists()):
        raise CannotBegin(f"there is {taken[0]} already")
    for path, text in (new | edited).items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(text, encoding="utf-8")
    return sorted(new | edited)


def _files(checkout: Path, names: Names) -> Iterator[tuple[Path, str]]:
    for file in sorted(EXAMPLE.rglob("*.py")):
        path = file.relative_to(EXAMPLE)
        if path.parts[0] == "consumer":
            place = Path("consumers", names.block, *path.parts[1:])
        elif path.name == "simulated.py":
            place = Path("simulator", f"{names.block}.py")
        else:
            place = Path("subgraphs", names.block, path)
        yield place, names.renamed(file.read_text(encoding="utf-8"))
    contract = (EXAMPLE / "contract.json").read_text(encoding="utf-8")
    yield Path("contracts", f"{names.topic}.schema.json"), names.renamed(contract)
    try:
        tests = (checkout / TESTS).read_text(encoding="utf-8")
    except OSError as error:
        raise CannotBegin(f"{checkout} is no checkout of Furlong: {error}") from error
    yield Path("tests", names.block, f"test_{names.block}.py"), names.renamed(tests)


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
