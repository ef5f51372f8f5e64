"""What the engine says of a question that it cannot answer, in words for the person who asked."""

import re
from typing import Final

_ENGINE: Final = "DB::Exception: "
_TAIL: Final = re.compile(
    r"[.:]? (?:In scope |Expected one of: |While processing ).*$|[.:]? \([A-Z0-9_]+\)$", re.DOTALL
)
_SYNTAX: Final = re.compile(
    r"Syntax error: failed at position \d+ \((?P<at>.*?)\)(?: \(line (?P<line>\d+), col \d+\))?: "
)
_MEANT: Final = re.compile(r"Maybe you meant:? (?:\[')?([^'\]?]+)")
_UNKNOWN: Final = (
    (re.compile(r"Unknown table expression identifier [`']([^`']+)[`']"), "table", "SHOW TABLES lists them"),
    (
        re.compile(r"Unknown expression (?:or function )?identifier [`']([^`']+)[`']"),
        "column",
        "DESCRIBE and a table's name lists its columns",
    ),
    (
        re.compile(r"Function with name [`']([^`']+)[`'] does not exist"),
        "function",
        "look whether it is spelled so",
    ),
)


def in_words(fault: str) -> str:
    """Return what the engine said, without its codes and classes; a name that it does not know comes first.

    What is not of the engine stays as it is.
    """
    _, is_engine, said = fault.partition(_ENGINE)
    if not is_engine:
        return fault
    meant = _MEANT.search(said)
    for pattern, what, advice in _UNKNOWN:
        if found := pattern.search(said):
            more = f"did you mean {meant[1].rpartition('.')[2].strip()}?" if meant else advice
            return f"there is no {what} {found[1]}: {more}"
    if found := _SYNTAX.search(said):
        return _unread(found["at"], found["line"], meant and meant[1].split(". ", 1)[0].strip())
    said = _TAIL.sub("", said)
    return said[:1].lower() + said[1:]


def _unread(at: str, line: str | None, meant: str | None) -> str:
    """Say where a question cannot be read, and what may have been meant."""
    place = f"at {at}" if at and at != "end of query" else "at its end"
    in_line = f" in line {line}" if line is not None else ""
    return f"the question cannot be read {place}{in_line}: " + (
        f"did you mean {meant}?"
        if meant
        else "look for a comma, a bracket or a word that is missing or too much"
    )
