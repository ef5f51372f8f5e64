"""Strict reading of a message: the body is authoritative, and key and headers must agree with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from consumers.messages.fields import BrandId
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from foundation.exact_json import decode_rewritten, has_long_fraction


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The field of every message. Unknown extra fields are ignored."""

    schema: str

    @property
    def brand_id(self) -> str | None:
        """Return the brand that the message is about; None if it concerns the platform as a whole."""
        return None

    def row(self) -> dict[str, Any]:
        """Return the columns of the message's table: by default, all fields except schema and event."""
        row = msgspec.structs.asdict(self)
        del row["schema"], row["event_id"]
        return row


class PlatformBody(Envelope, frozen=True, kw_only=True):
    """The fields of every message about the platform as a whole, such as a sports event."""

    event_id: UUID


class BrandEnvelope(Envelope, frozen=True, kw_only=True):
    """The fields of every message of a brand, but for the id of the event."""

    brand_id: BrandId


class Body(BrandEnvelope, frozen=True, kw_only=True):
    """The fields of every message about brands and customers."""

    event_id: UUID


class _Head(msgspec.Struct, frozen=True):
    schema: str


B = TypeVar("B", bound=Envelope)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reader(Generic[B]):
    """Reads the messages of one topic.

    Attributes:
        schema: The schema's name without the version, such as `club.progress`.
        key: Returns the record key that belongs to a body.
        major: The major version of the schema.
    """

    schema: str
    decoder: msgspec.json.Decoder[B]
    key: Callable[[B], str]
    major: int = 1

    def read(self, record: Record) -> B:
        """Return the message in a record.

        Raises:
            Poison: The record is not such a message, or its key or headers contradict the body.
        """
        if record.value is None:
            raise Poison("a null value has no meaning here")
        try:
            body = decode_record(self.decoder, record.value)
        except msgspec.ValidationError as fault:
            self._require_schema(
                _schema_of(record.value)
            )  # for an unknown version no other error makes sense
            raise Poison(f"not a {self.schema} message: {fault}") from fault
        self._require_schema(body.schema)
        require_key(record, self.key(body))
        require_headers(record, schema=body.schema, brand=body.brand_id)
        return body

    def _require_schema(self, schema: str | None) -> None:
        expected = f"{self.schema}/{self.major}"
        if schema is None or schema == expected:
            return
        if not re.fullmatch(rf"{re.escape(expected)}(\.\d+)*", schema):
            raise Poison(f"unknown schema {schema[:64]!r}: this topic has {expected}")


def decode_record(decoder: msgspec.json.Decoder[T], value: bytes) -> T:
    """Return a record's value decoded, with numbers like `2.0` as integers and times cut at microseconds.

    Raises:
        Poison: It is not JSON in UTF-8.
        msgspec.ValidationError: It does not have the decoder's type.
    """
    try:
        value.decode()  # msgspec validates only the fields it knows
        if has_long_fraction(value) is None:
            return decoder.decode(value)
        return decode_rewritten(decoder, value)
    except UnicodeDecodeError as fault:
        raise Poison(f"not UTF-8: {fault.reason} at byte {fault.start}") from fault
    except RecursionError as fault:
        raise Poison("nested too deeply") from fault
    except msgspec.ValidationError as fault:
        return decode_rewritten(decoder, value, fault)
    except msgspec.DecodeError as fault:
        raise Poison(f"not JSON: {fault}") from fault


def require_key(record: Record, expected: str) -> None:
    """Check that the record has the expected key.

    Raises:
        Poison: The key is missing or differs.
    """
    if record.key is None:
        raise Poison(f"the key is missing; the body belongs under {expected!r}")
    if record.key != expected.encode():
        raise Poison(f"the key contradicts the body, which belongs under {expected!r}")


def require_headers(record: Record, **expected: str | None) -> None:
    """Check that the headers of these names, if present, agree with the body, which may say nothing: None.

    Raises:
        Poison: A header differs.
    """
    for name, value in record.headers:
        wanted = expected.get(name)
        if wanted is not None and value is not None and value != wanted.encode():
            raise Poison(f"the header {name!r} contradicts the body, which says {wanted!r}")


def _schema_of(value: bytes) -> str | None:
    try:
        return msgspec.json.decode(value, type=_Head).schema
    except (msgspec.DecodeError, RecursionError):  # it may also end, or be nested too deeply, further on
        return None
