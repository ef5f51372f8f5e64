"""Makes text safe for a log: one short line, without tokens, secrets or whatever identifies a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

MAX_LENGTH: Final = 300
"""The maximum length of such a text in a log."""

_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
"""Characters that could forge a line, move a terminal's cursor, or reverse the direction of text."""

_WORD: Final = re.compile(r"[\w.+:/@-]+")
_IDENTIFYING: Final = re.compile(r"[\d@]")
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,4}[:.]?")
"""The number of an error, a status or a line; whole ids and amounts of a few digits are rare."""

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


def cleaned(text: str, longest: int = MAX_LENGTH) -> str:
    """Return a text on one line, cut to a length."""
    # Only a little more is cleaned than is kept: the text may have megabytes.
    short = _CONTROL.sub(" ", text[: longest + 1])
    return short if len(short) <= longest else short[: longest - 1] + "…"


def impersonal(text: str, longest: int = MAX_LENGTH, *, quoted: bool = True) -> str:
    """Return a text on one line, cut to a length, with `#` for each word that has a digit or an @.

    Such a word may be an id, an amount, an address or a token. What remains says what happened, but not to
    whom. Numbers of up to four digits stay.

    Args:
        text: The text.
        longest: The maximum length.
        quoted: Whether quoted parts are kept, such as the names of tables.
    """
    short = cleaned(text, longest)
    return _WORD.sub(_impersonal_word, short if quoted else _QUOTED.sub("'…'", short))


def _impersonal_word(word: re.Match[str]) -> str:
    text = word[0]
    return "#" if _IDENTIFYING.search(text) and not _SHORT_NUMBER.fullmatch(text) else text


REDACTED: Final = "[redacted]"

SECRET_NAMES: Final = frozenset(
    {
        "access_token",
        "api_key",
        "authorization",
        "client_key",
        "client_secret",
        "cookie",
        "graphql_client_key",
        "id_token",
        "jwt",
        "password",
        "passwd",
        "refresh_token",
        "secret",
        "set_cookie",
        "token",
    }
)
PERSONAL_NAMES: Final = frozenset(
    {
        "client_address",
        "client_ip",
        "customer",
        "customer_id",
        "customerid",
        "email",
        "peer",
        "peername",
        "phone",
        "remote_addr",
        "sub",
        "user",
        "user_id",
        "x_forwarded_for",
    }
)
"""Names whose values are never logged, in lower case and with underscores."""

MAX_VALUE_LENGTH: Final = 16_000
"""The most characters of one value in a line: a traceback has some thousands."""

_DEEPEST: Final = 4
_NAMES: Final = "|".join(
    re.escape(name).replace("_", "[_-]?") for name in sorted(SECRET_NAMES | PERSONAL_NAMES)
)
_PATTERNS: Final = (
    (re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]*)+"), REDACTED),
    (re.compile(r"(?i)\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"://[^/\s:@'\"]{0,100}:[^/\s@'\"]{1,200}@"), f"://{REDACTED}@"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), REDACTED),
    # Values that MySQL, MariaDB and SQLAlchemy put into error messages.
    (
        re.compile(r"(?i)\b(duplicate entry|incorrect [\w ]{1,20}value:?) '[^\n]{0,500}?'(?= for |$|\")"),
        rf"\1 {REDACTED}",
    ),
    (re.compile(r"\[parameters: [^\n]*"), f"[parameters: {REDACTED}"),
    # The customer in a path of an API.
    (re.compile(r"(?i)(/customers?/)[^/\s'\"?]+"), rf"\1{REDACTED}"),
    # name=value, name: value and "name": "value", as in reprs, forms and JSON.
    (
        re.compile(
            rf"(?i)(?<![\w])({_NAMES})([\"']?\s*[=:]\s*)"
            r"(\([^)\n]*\)|b?\"[^\"\n]*\"|b?'[^'\n]*'|[^\s,;&)}\]]+)"
        ),
        rf"\1\2{REDACTED}",
    ),
)
_FRAME: Final = re.compile(
    r"^[\s|]*(File \"|Traceback \(|\[Previous line|[~^]+$|\+[-+ ]*|During handling|The above)"
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact all values of a line: a processor of structlog."""
    for name, value in event.items():
        if name == "exception" and isinstance(value, str):
            event[name] = redacted_traceback(value)
        elif not name.startswith("_"):  # structlog's own, which are not logged
            event[name] = _redacted(name, value, 0)
    return event


def redacted(text: str) -> str:
    """Return a text without what must not be logged, as far as its form reveals that."""
    text = text if len(text) <= MAX_VALUE_LENGTH else f"{text[: MAX_VALUE_LENGTH - 1]}…"
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redacted_traceback(text: str) -> str:
    """Return a traceback whose messages are impersonal; its files, lines and code stay."""
    kept = []
    is_code = False
    for line in text[:MAX_VALUE_LENGTH].splitlines():
        if is_code or _FRAME.match(line):
            is_code = 'File "' in line and not is_code
            kept.append(line)
        else:
            kept.append(impersonal(redacted(line), 1_000))
    return "\n".join(kept).rstrip("\n")


def _redacted(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name.lower().replace("-", "_") in SECRET_NAMES | PERSONAL_NAMES:
        return REDACTED
    match value:
        case str():
            return redacted(value)
        case Mapping() if depth < _DEEPEST:
            return {redacted(str(key)): _redacted(str(key), item, depth + 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            return [_redacted(name, item, depth + 1) for item in value]
        case _:
            # What the renderer would write; it must not add it afterwards.
            return redacted(repr(value))
