"""Names of markets and outcomes: the feed's templates, filled in."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

_PLACE: Final = re.compile(r"\{([!+\-$%]?)(\(?)([a-z_0-9]+)([+-][0-9]+)?\)?\}", re.IGNORECASE)
_TEENS: Final = range(11, 14)


def filled(template: str, specifiers: Mapping[str, str], competitors: Sequence[str], event: str = "") -> str:
    """Return a template with its places filled in; one whose value is not known stays as it is.

    `{x}` is a specifier's value, `{!x}` its ordinal, `{+x}` and `{-x}` have a sign, `{(x+1)}` is a sum,
    `{$competitor1}` and `{$event}` are names. `{%player}` needs another list of names, and shows the id.
    """

    def value(place: re.Match[str]) -> str:
        kind, _, name, added = place.groups()
        if kind == "$":
            return _name(name, competitors, event) or place.group()
        if name not in specifiers:
            return place.group()
        return _figure(kind, specifiers[name], int(added or 0))

    return _PLACE.sub(value, template)


def _name(name: str, competitors: Sequence[str], event: str) -> str:
    if name == "event":
        return event
    number = name.removeprefix("competitor")
    return competitors[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(competitors) else ""


def _figure(kind: str, text: str, added: int) -> str:
    try:
        number = Decimal(text) + added
    except InvalidOperation:
        return text
    match kind:
        case "!" if number == number.to_integral_value():
            return _ordinal(int(number))
        case "+":
            return f"{number:+}" if number else f"{number}"
        case "-":
            return f"{-number:+}" if number else f"{number}"
    return str(number)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
