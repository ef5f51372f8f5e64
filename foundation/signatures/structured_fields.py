"""Reads the headers of signatures: the part of Structured Fields (RFC 9651) that they use, strictly."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

MAX_CHARS: Final = 8192
MAX_MEMBERS: Final = 8

Parameter: TypeAlias = str | int

_KEY: Final = re.compile(r"[a-z*][a-z0-9_\-.*]*", re.ASCII)
_STRING: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*+)"', re.ASCII)
_INTEGER: Final = re.compile(r"[0-9]{1,15}(?![0-9.])", re.ASCII)
_BYTES: Final = re.compile(r":([A-Za-z0-9+/]*={0,2}):", re.ASCII)
_COMMA: Final = re.compile(r"[ \t]*,[ \t]*")
_BLANKS: Final = re.compile(r" *")


class SignatureInput(Struct, frozen=True):
    """One signature's part of `Signature-Input`.

    Attributes:
        components: The names of what is covered.
        parameters: Its parameters.
        text: Both, exactly as in the header; the text is signed as well.
    """

    components: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    text: str


class _Reader:
    """Reads a header from left to right; each method raises ValueError if it finds something else."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARS:
            raise ValueError("too long")
        self.text = text
        self.at = 0

    def read(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError("malformed")
        self.at = match.end()
        return match

    def skips(self, character: str) -> bool:
        if not self.text.startswith(character, self.at):
            return False
        self.at += len(character)
        return True

    def expect(self, character: str) -> None:
        if not self.skips(character):
            raise ValueError("malformed")

    def label(self, seen: set[str]) -> str:
        """Read the name of a member; a repeated name is an error."""
        label = self.read(_KEY)[0]
        if label in seen or len(seen) >= MAX_MEMBERS:
            raise ValueError("a repeated name, or too many")
        seen.add(label)
        self.expect("=")
        return label

    def more(self) -> bool:
        """Return whether another member follows."""
        if self.at == len(self.text):
            return False
        self.read(_COMMA)
        return True

    def string(self) -> str:
        return re.sub(r"\\(.)", r"\1", self.read(_STRING)[1])

    def decoded(self) -> bytes:
        """Read a byte sequence, which has one spelling: its pad bits are zero (RFC 4648, section 3.5)."""
        text = self.read(_BYTES)[1]
        try:
            decoded = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError("malformed") from error
        if base64.b64encode(decoded).decode("ascii") != text:
            raise ValueError("malformed")
        return decoded


def read_signature_input(header: str) -> dict[str, SignatureInput]:
    """Return the signatures that a `Signature-Input` describes, by label.

    Raises:
        ValueError: It is malformed, or uses what this profile does not have: parameters of components, or
            values other than strings and whole numbers.
    """
    reader, seen = _Reader(header.strip(" \t")), set[str]()
    inputs: dict[str, SignatureInput] = {}
    while True:
        label = reader.label(seen)
        start = reader.at
        components = _components(reader)
        parameters = _parameters(reader)
        inputs[label] = SignatureInput(components, parameters, reader.text[start : reader.at])
        if not reader.more():
            return inputs


def read_byte_sequences(header: str) -> dict[str, bytes]:
    """Return the members of a dictionary of byte sequences: a `Signature` or `Content-Digest`.

    Unlike what RFC 9651, section 4.2.7 recommends, pad bits must be zero, so that there is one spelling
    for each signature.

    Raises:
        ValueError: It is malformed.
    """
    reader, seen = _Reader(header.strip(" \t")), set[str]()
    sequences: dict[str, bytes] = {}
    while True:
        label = reader.label(seen)
        sequences[label] = reader.decoded()
        if not reader.more():
            return sequences


def _components(reader: _Reader) -> tuple[str, ...]:
    reader.expect("(")
    names: list[str] = []
    while True:
        reader.read(_BLANKS)
        if reader.skips(")"):
            return tuple(names)
        names.append(reader.string())
        if not reader.text.startswith((" ", ")"), reader.at):
            raise ValueError("a component with parameters")


def _parameters(reader: _Reader) -> dict[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    while reader.skips(";"):
        reader.read(_BLANKS)
        name = reader.read(_KEY)[0]
        reader.expect("=")
        if name in parameters:
            raise ValueError("a parameter twice")
        quoted = reader.text.startswith('"', reader.at)
        parameters[name] = reader.string() if quoted else int(reader.read(_INTEGER)[0])
    return parameters
