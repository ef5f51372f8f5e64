"""Reads XML of the feed into plain values: no document type, no entities of its own, and no endless depth."""

from typing import Any, Final, TypeAlias
from xml.parsers import expat  # a document type is refused, and so are all entities that it could define

Values: TypeAlias = dict[str, Any]
"""An element: its attributes as text, and its child elements as lists by their names."""

MAX_DEPTH: Final = 16


class UnreadableXml(Exception):
    """What came is no XML of the feed."""


def read_xml(document: bytes) -> tuple[str, Values]:
    """Return the name of the outermost element, and the element; names lose their namespaces.

    Raises:
        UnreadableXml: It is not well-formed, has a document type, or is nested too deeply.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(document, True)
    except expat.ExpatError as fault:
        raise UnreadableXml(f"it is not well-formed: {fault}") from fault
    return reader.outermost


class _Reader:
    def __init__(self) -> None:
        self.outermost: tuple[str, Values] = ("", {})
        self._open: list[Values] = []

    def start(self, name: str, attributes: Values) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableXml(f"elements are nested more than {MAX_DEPTH} deep")
        name = name.rpartition(":")[2]
        if self._open:
            children = self._open[-1].get(name)
            if isinstance(children, list):
                children.append(attributes)
            else:  # an attribute of that name, which the feed does not have, would give way
                self._open[-1][name] = [attributes]
        else:
            self.outermost = (name, attributes)
        self._open.append(attributes)

    def end(self, _: str) -> None:
        self._open.pop()

    def refuse(self, *_: object) -> None:
        raise UnreadableXml("it has a document type")
