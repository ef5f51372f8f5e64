"""Strict reading of a message: the body is authoritative, and key and headers must not contradict it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from consumers.reference.fields import BrandId, EventId
from consumers.stream.errors import Poison
from consumers.stream.records import Record


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What every message has. Unknown extra fields are ignored."""

    schema: str
    event_id: EventId
    brand_id: BrandId


class _Head(msgspec.Struct, frozen=True):
    schema: str


B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True)
class Reader(Generic[B]):
    """Reads the messages of one topic.

    Attributes:
        schema: its name without the version, as `club.progress`.
        key: the key that a body must have come under.
    """

    schema: str
    decoder: msgspec.json.Decoder[B]
    key: Callable[[B], str]
    major: int = 1

    def read(self, record: Record) -> B:
        """The message in a record.

        Raises:
            Poison: it is not one, or contradicts itself.
        """
        if record.value is None:
            raise Poison("a null value has no meaning here")
        body = self._decode(record.value)
        self._require_schema(body.schema)
        require_key(record, self.key(body))
        require_headers(record, schema=body.schema, brand=body.brand_id)
        return body

    def _decode(self, value: bytes) -> B:
        try:
            value.decode()  # msgspec looks only into the fields it knows
            return self.decoder.decode(value)
        except UnicodeDecodeError as fault:
            raise Poison(f"not UTF-8: {fault.reason} at byte {fault.start}") from fault
        except RecursionError as fault:
            raise Poison("not a message: nested too deeply") from fault
        except msgspec.ValidationError as fault:
            self._require_schema(_schema_of(value))  # of an unknown version nothing else can be said
            raise Poison(f"not a {self.schema} message: {fault}") from fault
        except msgspec.DecodeError as fault:
            raise Poison(f"not JSON: {fault}") from fault

    def _require_schema(self, schema: str | None) -> None:
        usual = f"{self.schema}/{self.major}"
        if schema is None or schema == usual:
            return
        if not re.fullmatch(rf"{re.escape(usual)}(\.\d+)*", schema):
            raise Poison(f"unknown schema {schema[:64]!r}: this topic has {usual}")


def require_key(record: Record, expected: str) -> None:
    """The record's key is the expected one.

    Raises:
        Poison: it is missing, or another.
    """
    if record.key is None:
        raise Poison(f"the key is missing; the body belongs under {expected!r}")
    if record.key != expected.encode():
        raise Poison(f"the key contradicts the body, which belongs under {expected!r}")


def require_headers(record: Record, **expected: str) -> None:
    """The headers of these names, where they are there, say what the body says.

    Raises:
        Poison: one says something else.
    """
    for name, value in record.headers:
        said = expected.get(name)
        if said is not None and value is not None and value != said.encode():
            raise Poison(f"the header {name!r} contradicts the body, which says {said!r}")


def _schema_of(value: bytes) -> str | None:
    try:
        return msgspec.json.decode(value, type=_Head).schema
    except msgspec.ValidationError:
        return None
