"""Messages drawn from a contract's JSON Schema, changed at random, and written in all spellings of numbers.

Patterns mean what they mean in ECMA 262, as JSON Schema says: the digits are ten, and the end is the very
end. Formats are checked.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

Path = tuple[str | int, ...]

_SPACE: Final = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@cache
def ecma(pattern: str) -> re.Pattern[str]:
    """Return a pattern of ECMA 262 as one of Python's."""
    found, in_class, rest = "", False, iter(pattern)
    for sign in rest:
        match sign, in_class:
            case "\\", _:
                escape = sign + next(rest)
                found += {
                    r"\d": "0-9" if in_class else "[0-9]",
                    r"\s": _SPACE if in_class else f"[{_SPACE}]",
                    r"\S": f"[^{_SPACE}]",
                }.get(escape, escape)
            case "$", False:
                found += r"\Z"
            case _:
                in_class = (in_class or sign == "[") and sign != "]"
                found += sign
    return re.compile(found)


def instant_of(text: object) -> datetime | None:
    """Return an RFC 3339 time in UTC, cut at microseconds; None if it is none."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        at = datetime.combine(date.fromisoformat(match[1]), time.fromisoformat(match[2]), UTC)
        at = at.replace(microsecond=int((match[3] or "")[:6].ljust(6, "0")))
        if match[4] in "Zz":
            return at
        away = timedelta(hours=int(match[4][1:3]), minutes=int(match[4][-2:]))
        return at - away if match[4][0] == "+" else at + away
    except (ValueError, OverflowError):
        return None


def _match(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and not ecma(pattern).search(text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


_FORMATS: Final = FormatChecker([])
_FORMATS.checks("uuid")(lambda text: not isinstance(text, str) or bool(_UUID.fullmatch(text)))
_FORMATS.checks("date-time")(lambda text: not isinstance(text, str) or instant_of(text) is not None)
_Validator: Final = extend(Draft202012Validator, {"pattern": _match})  # type: ignore[no-untyped-call]


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return what says whether a message keeps a contract."""
    return _Validator(schema, format_checker=_FORMATS)


def messages(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return messages of a schema's form, with the conditions between fields that the schema itself has."""
    rules = [rule for rule in (schema, *schema.get("allOf", ())) if "if" in rule]
    return _meeting(_values(schema), schema, rules) if rules else _values(schema)


@st.composite
def _meeting(
    draw: st.DrawFn,
    values: st.SearchStrategy[dict[str, Any]],
    schema: Mapping[str, Any],
    rules: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    message = draw(values)
    for rule in rules:
        branch = "then" if validator(rule["if"]).is_valid(message) else "else"
        _meet(draw, message, schema, rule.get(branch, {}))
    return message


def _meet(draw: st.DrawFn, value: dict[str, Any], schema: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    """Draw those properties again that do not have the form of a condition's branch."""
    for name in {*more.get("properties", {}), *more.get("required", ())}:
        known, wanted = schema["properties"].get(name, {}), more.get("properties", {}).get(name, {})
        both = {**known, **wanted}
        if name in value and validator(both).is_valid(value[name]):
            continue
        if "properties" in known and "properties" in wanted and isinstance(value.get(name), dict):
            _meet(draw, value[name], known, wanted)
        else:
            value[name] = draw(_values(both))


def _values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from([value for value in schema["enum"] if validator(schema).is_valid(value)])
    types = schema.get("type", "object" if "properties" in schema else "string")
    return st.one_of([_of_type(name, schema) for name in ([types] if isinstance(types, str) else types)])


def _of_type(name: str, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    of_types: dict[str, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]] = {
        "null": lambda _: st.none(),
        "boolean": lambda _: st.booleans(),
        "integer": _integers,
        "number": _floats,
        "string": _texts,
        "array": _lists,
        "object": _objects,
    }
    return of_types[name](schema)


def _integers(schema: Mapping[str, Any]) -> st.SearchStrategy[int]:
    return st.integers(schema.get("minimum"), schema.get("maximum")).filter(validator(schema).is_valid)


def _floats(schema: Mapping[str, Any]) -> st.SearchStrategy[float]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1e15))
    open_end, most = "exclusiveMinimum" in schema, schema.get("maximum", 1e15)
    return st.floats(least, most, exclude_min=open_end, allow_nan=False, allow_subnormal=False)


def _lists(schema: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(
        _values(schema.get("items", {"type": "string"})),
        min_size=schema.get("minItems", 0),
        max_size=min(3, schema.get("maxItems", 3)),
        unique_by=json.dumps if schema.get("uniqueItems") else None,
    )


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    fitting = [text for text in (*TEXTS, *TIMES) if validator(schema).is_valid(text)]
    if fitting:
        return st.sampled_from(fitting)
    return st.from_regex(ecma(schema["pattern"])).filter(validator(schema).is_valid)


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    required = set(schema.get("required", ()))
    fields = {name: _values(inner) for name, inner in schema.get("properties", {}).items()}
    found = st.fixed_dictionaries(
        {name: values for name, values in fields.items() if name in required},
        optional={name: values for name, values in fields.items() if name not in required},
    )
    if not isinstance(schema.get("additionalProperties"), Mapping):
        return found
    names = _values({"type": "string", **schema.get("propertyNames", {})})
    more = st.dictionaries(names, _values(schema["additionalProperties"]), max_size=3)
    return st.builds(lambda one, other: {**other, **one}, found, more)


TEXTS: Final = (
    "", "a", "c-4821", "fb-5", "*", "x" * 55, "x" * 56, "x" * 57, "x" * 64, "\U0001f4b7" * 64, "x" * 128,
    "\u0661\u0301", 'a\\"b', "a b", "a:b", "a\n", "\x00", "\u2028 ", "x" * 200, "\U0001f4b7" * 500,
    "x" * 2000, "free_bet", "first", "a" * 32, "GBP", "EUR", "XXX", "GB", "GB-NIR", "CA-1", "en", "de-CH",
    "zh-Hant-TW", "2026-W01", "2026-W53", "0000-W10", "https://a", "http://a.example/\u00e9?b#c", "/a",
    "/", "//a", "A", "SERVICE_FAULT", "#00ff9a", "A" * 32, "a-" * 16,
    "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c11", "6F0B6F0E-3D0C-4F7E-9D53-0D9D0D9A2C11",
    "00000000-0000-0000-0000-000000000000", "SP", "evens", "7/2", "0/1", "999999999/1", "1/999999999", "0",
    "5", "5.00", "10.5", "0.00", "0.001", "9999999.999", "0000005", "1.5", "1.000001", "9999999999.999999",
    "0.123456", "Secret.name-1", "betting.example", "abcdefgh234567ab", "zzzzzzzz22222222",
)  # fmt: skip
"""Texts of all forms that contracts ask for, and some that only some of them allow."""

TIMES: Final = tuple(
    f"{at}{fraction}{zone}"
    for at in ("2000-01-02T00:00:00", "2026-03-29T22:59:59", "2026-10-25T23:59:59", "2100-12-30T23:59:59")
    for fraction in ("", ".9", ".25", ".999999", ".9999995", ".999999999", ".0000004")
    for zone in ("Z", "+00:00", "+05:30", "-11:00")
)
"""Times; those around the change of the clocks end a week in London."""


ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31 - 1, 2**31, 2**53, 2**63, -(2**63), 10**30, 10**400, 0.5, 1.5, 1e20,
    1e300, "", " ", "a", "a b", "a:b", "a\n", "GBP\n", "gbp", "\u0661", "\u0662\u0660\u0662\u0666-W13",
    "a\u0085", "a\u001f", "\ufeff", "a\u2028", "\U0001f4b7", "x" * 64, "x" * 65, "\U0001f4b7" * 65,
    "x" * 129, "1_0", "NaN", "1e2", " 5 ", "2026-W00", "2026-W54", "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z", "2026-03-25T24:00:00Z", "2026-06-30T23:59:60Z", "2026-03-25T14:03:11",
    "2026-03-25T14:03Z", "1999-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "2026-03-25T14:03:11.Z",
    "2026-03-25T14:03:11+01:00", "6f0b6f0e-3d0c-4f7e-9d53-0d9d0d9a2c1g", [], {}, [None], {"a": 1},
)  # fmt: skip
"""Values that a field may not have, or only some."""


@st.composite
def changed(draw: st.DrawFn, message: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
    """Return a message with one field changed or left out, and where."""
    body = deepcopy(message)
    path = draw(st.sampled_from(sorted(paths(body), key=repr)))
    inner: Any = body
    for step in path[:-1]:
        inner = inner[step]
    if isinstance(inner, dict) and draw(st.integers(0, 7)) == 0:
        del inner[path[-1]]
    else:
        inner[path[-1]] = deepcopy(draw(st.sampled_from(ODD)))
    return path, body


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Yield the paths of all fields and items."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for name, inner in items:
        yield (*before, name)
        yield from paths(inner, (*before, name))


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """Return a value as JSON, with integers spelled in the ways that JSON has for them."""
    return _written(value, count(draw(st.integers(0, 99))), ascii_only=draw(st.booleans()))


def _written(value: Any, spelling: Iterator[int], *, ascii_only: bool) -> str:
    match value:
        case dict():
            fields = [
                f"{json.dumps(name)}:{_written(inner, spelling, ascii_only=ascii_only)}"
                for name, inner in value.items()
            ]
            return "{" + ",".join(fields) + "}"
        case list():
            return f"[{','.join(_written(inner, spelling, ascii_only=ascii_only) for inner in value)}]"
        case int() if not isinstance(value, bool):
            spellings = _spellings(value)
            return spellings[next(spelling) % len(spellings)]
        case _:
            return json.dumps(value, ensure_ascii=ascii_only)


def _spellings(number: int) -> list[str]:
    found = [f"{number}", f"{number}.0", f"{number}.000", f"{number}e0"]
    if not number:
        return [*found, "-0.0", "-0", "0e9", "0e-9", "0.0E+99999999999999999999"]
    found += [f"{number}0E-1", f"{number}0.0e-01"]
    digits = str(number).rstrip("0")
    zeros = len(str(number)) - len(digits)
    return [*found, f"{digits}e+{zeros}"] if zeros else found
