"""Reads XML from outside into a tree: no document type, no entities of its own, and nothing without a bound.

Only expat reads what came, piece by piece; lxml gets elements that are already known to be harmless, since a
schema can only be applied to a tree of its own.
"""

from typing import Final, TypeAlias
from xml.parsers import expat  # a document type is refused, and so are all entities that it could define

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name of it

MAX_DOCUMENT_BYTES: Final = 32 * 1024 * 1024
"""Some 20,000 lines of a statement."""

MAX_DEPTH: Final = 40
"""The schemas that are used here allow some twenty."""

MAX_ELEMENTS: Final = 1_000_000
MAX_TAG_BYTES: Final = 64 * 1024
"""Of a tag with its attributes, a comment or an instruction, which expat holds in memory until they end."""

_PIECE_BYTES: Final = 64 * 1024
_LOCATIONS: Final = frozenset(
    f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}"
    for name in ("schemaLocation", "noNamespaceSchemaLocation")
)
"""Where a document says that its schema is: it is left out, because no document chooses the schema."""


class HostileDocument(ValueError):
    """A document is not well-formed, or has what no message of a bank has; the message says what."""


def read_document(document: bytes) -> Element:
    """Return the outermost element of an XML document.

    Text between elements, comments and instructions are left out.

    Args:
        document: In UTF-8, or in the encoding that it declares.

    Raises:
        HostileDocument: It is not well-formed, too large or nested too deeply, or has a document type.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise HostileDocument(f"it has more than {MAX_DOCUMENT_BYTES} bytes")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        for start in range(0, len(document), _PIECE_BYTES):
            piece = document[start : start + _PIECE_BYTES]
            parser.Parse(piece, False)
            if start + len(piece) - parser.CurrentByteIndex > _PIECE_BYTES + MAX_TAG_BYTES:
                raise HostileDocument(f"a tag or comment has more than {MAX_TAG_BYTES} bytes")
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise HostileDocument(f"it is not well-formed: {fault}") from fault
    except (LookupError, UnicodeError, ValueError) as fault:
        if isinstance(fault, HostileDocument):
            raise
        raise HostileDocument(f"it cannot be read: {fault}") from fault
    return builder.close()


class _Builder:
    """Builds the tree as expat tells of it; text is kept only where it stands alone in an element."""

    def __init__(self) -> None:
        self._tree = etree.TreeBuilder()
        self._open: list[str] = []
        self._elements = 0
        self._text: list[str] = []
        self._after_child = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise HostileDocument(f"it has more than {MAX_ELEMENTS} elements")
        if len(self._open) >= MAX_DEPTH:
            raise HostileDocument(f"elements are nested more than {MAX_DEPTH} deep")
        self._flush(beside_elements=True)
        self._after_child = False
        tag = _qualified(name)
        self._open.append(tag)
        qualified = {_qualified(key): value for key, value in attributes.items()}
        self._tree.start(tag, {key: value for key, value in qualified.items() if key not in _LOCATIONS})

    def end(self, _: str) -> None:
        self._flush(beside_elements=self._after_child)
        self._after_child = True
        self._tree.end(self._open.pop())

    def data(self, text: str) -> None:
        self._text.append(text)

    def refuse(self, *_: object) -> None:
        raise HostileDocument("it has a document type")

    def close(self) -> Element:
        return self._tree.close()

    def _flush(self, *, beside_elements: bool) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text and not (text.isspace() and beside_elements):
            self._tree.data(text)


def _qualified(name: str) -> str:
    """Return a name as lxml writes it, `{namespace}name`; expat leaves out the first brace."""
    return "{" + name if "}" in name else name
