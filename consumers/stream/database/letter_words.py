"""What is wrong with a dead letter, in a sentence for people; the decoder's words are its details."""

import re
from collections.abc import Callable
from typing import Final

from foundation.plain_words import Said, said

_OF_DECODER: Final = re.compile(
    r"(?:not a (?:\S+ message|record of \S+|state of kind \S+)|does not fit \S+): (?P<fault>.+)", re.DOTALL
)
"""How a reason begins that quotes the decoder."""

_AT: Final = re.compile(r"(?P<fault>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_BEGINNINGS: Final = {
    "not JSON: ": "The record isn't JSON.",
    "not UTF-8: ": "The record isn't text in UTF-8.",
    "nested too deeply": "The record is nested too deeply.",
}
_KINDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "null": "empty",
    "array": "a list",
    "object": "an object",
    "datetime": "a time",
    "date": "a date",
}
_COMPARED: Final = {">=": "{} or more", "<=": "{} or less", ">": "more than {}", "<": "less than {}"}


def in_words(reason: str) -> Said:
    """Return what the reason of a dead letter means."""
    if found := _OF_DECODER.fullmatch(reason):
        return Said(_sentence(found["fault"]), reason)
    for beginning, sentence in _BEGINNINGS.items():
        if reason.startswith(beginning):
            return Said(sentence, reason)
    words = said("", reason)
    if not words.sentence:
        return Said("The record can't be applied.", reason)
    return Said(f"{words.sentence[0].upper()}{words.sentence[1:].rstrip('.')}.", words.details)


def _sentence(said_by_decoder: str) -> str:
    match = _AT.fullmatch(said_by_decoder)
    fault, path = (said_by_decoder, "") if match is None else (match["fault"], match["path"] or "")
    subject = f"The field {path}" if path else "The record"
    for pattern, words in _FAULTS:
        if found := pattern.fullmatch(fault):
            return words(subject, path, found)
    own = said(subject, fault)
    return f"{own.sentence}." if not own.details and "`" not in fault else f"{subject} isn't as agreed."


_Words = Callable[[str, str, re.Match[str]], str]


def _missing(_: str, path: str, found: re.Match[str]) -> str:
    return f"The field {'.'.join(filter(None, (path, found['name'])))} is missing."


def _of_another_kind(subject: str, _: str, found: re.Match[str]) -> str:
    wanted = " or ".join(_KINDS.get(kind, kind) for kind in found["wanted"].split(" | "))
    return f"{subject} must be {wanted}, and is {_KINDS.get(found['given'], found['given'])}."


def _out_of_range(subject: str, _: str, found: re.Match[str]) -> str:
    return f"{subject} must be {_COMPARED[found['sign']].format(found['limit'])}."


def _of_wrong_length(subject: str, _: str, found: re.Match[str]) -> str:
    return f"{subject} is too {'short' if '>' in found['sign'] else 'long'}."


def _unknown(subject: str, _: str, found: re.Match[str]) -> str:
    return f"{subject} has a value that isn't known: {found['value']}."


def _no_time(subject: str, _: str, __: re.Match[str]) -> str:
    return f"{subject} isn't a time with its zone."


_FAULTS: Final[tuple[tuple[re.Pattern[str], _Words], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"Object missing required field `(?P<name>[^`]+)`", _missing),
        (r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`", _of_another_kind),
        (r"Expected `[^`]+` (?P<sign>[<>]=?) (?P<limit>\S+)", _out_of_range),
        (r"Expected `[^`]+` of length (?P<sign>[<>]=?) \d+", _of_wrong_length),
        (r"Invalid (?:enum )?value (?P<value>.+)", _unknown),
        (r"Invalid RFC3339 .+|Expected `datetime` with a timezone component", _no_time),
    )
)
"""What the decoder says, and what it means for whoever sends the records."""
