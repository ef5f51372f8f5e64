"""Signed tokens in their compact form (RFC 7515, section 7.1), and their header, parsed strictly."""

import base64
import json
import re
from typing import Any, Final, NoReturn

import orjson
from msgspec import Struct

from foundation.tokens.errors import InvalidToken, Reason

_THREE_PARTS: Final = re.compile(r"[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+", re.ASCII)
MAX_KEY_ID: Final = 256


class SignedToken(Struct, frozen=True):
    """A token whose signature has not been checked.

    Attributes:
        algorithm: `alg` of the header.
        key_id: `kid` of the header.
        media_type: `typ` of the header in lower case, without the prefix `application/`.
        claims: The payload.
        signing_input: The signed part of the token.
        signature: The signature.
    """

    algorithm: str
    key_id: str | None
    media_type: str | None
    claims: dict[str, Any]
    signing_input: bytes
    signature: bytes


def is_compact(token: str) -> bool:
    """Return whether a token has the form of a signed one; all others are opaque."""
    return _THREE_PARTS.fullmatch(token) is not None


def read_compact(token: str) -> SignedToken:
    """Read a token's header and payload.

    A header with `crit` is refused, whatever it lists: no extension is understood here (RFC 7515, section
    4.1.11), and an empty list is not allowed. So is `b64` (RFC 7797). Keys in the header, and addresses of
    keys, are ignored: nothing that a token says can make a key trusted.

    Raises:
        InvalidToken: The token is malformed.
    """
    signing_input, _, signature = token.rpartition(".")
    header_part, _, payload_part = signing_input.partition(".")
    try:
        header = _read_header(header_part)
        claims = read_object(_decode(payload_part))
        return SignedToken(
            algorithm=_text(header, "alg") or "",
            key_id=_text(header, "kid"),
            media_type=_media_type(header),
            claims=claims,
            signing_input=signing_input.encode("ascii"),
            signature=_decode(signature),
        )
    except ValueError as error:
        raise InvalidToken(Reason.MALFORMED) from error


def _read_header(part: str) -> dict[str, Any]:
    header = read_object(_decode(part))
    if "crit" in header or "b64" in header:
        raise ValueError("an extension that is not understood")
    return header


def _decode(part: str) -> bytes:
    """Decode base64url without padding; each sequence of bytes has one spelling only."""
    decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != part:
        raise ValueError("another spelling of the same bytes")
    return decoded


def _text(header: dict[str, Any], name: str) -> str | None:
    value = header.get(name)
    if name in header and not (isinstance(value, str) and 0 < len(value) <= MAX_KEY_ID):
        raise ValueError(f"{name} is not a name")
    return value


def _media_type(header: dict[str, Any]) -> str | None:
    written = _text(header, "typ")
    return None if written is None else written.lower().removeprefix("application/")


MAX_CHARS: Final = 8192
"""The longest header; longer ones are refused without being parsed."""

_CREDENTIALS: Final = re.compile(r"bearer ([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE | re.ASCII)


def read_bearer(authorization: str) -> str:
    """Return the token of an `Authorization` header; the scheme's name may be in any case.

    Raises:
        InvalidToken: The header has another scheme, several values, or is too long.
    """
    if len(authorization) > MAX_CHARS:
        raise InvalidToken(Reason.CREDENTIALS)
    match = _CREDENTIALS.fullmatch(authorization)
    if match is None:
        raise InvalidToken(Reason.CREDENTIALS)
    return match[1]


def read_object(text: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        ValueError: It is not an object in UTF-8, a name is repeated in an object, or it is nested too deeply.
    """
    orjson.loads(text)  # refuses what Python's own parser accepts: lone surrogates, other encodings
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is wrong, not the type of an argument
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
