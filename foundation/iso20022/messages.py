"""The messages that are known, each with its schema: what comes in and what goes out is checked by it."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from foundation.iso20022.documents import Element

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_SCHEMAS: Final = Path(__file__).parent / "schemas"
_IN_NAMESPACE: Final = re.compile(r"\{[^}]*\}")
_PLACE: Final = re.compile(r"Element '[^']*'(, attribute '[^']*')?")
MAX_FINDINGS: Final = 3
MAX_FINDING_LENGTH: Final = 300


class InvalidMessage(ValueError):
    """A document is not a message of ISO 20022, or is not as its schema says; the message says where."""


def message_name(document: Element) -> str:
    """Return which message a document says that it is, such as `camt.053.001.08`; "" if none of ISO 20022."""
    qualified = etree.QName(document)
    namespace = qualified.namespace or ""
    if qualified.localname != "Document" or not namespace.startswith(_NAMESPACE):
        return ""
    return namespace.removeprefix(_NAMESPACE)


def check(document: Element, expected: tuple[str, ...]) -> str:
    """Return which message a document is, once it has been compared with the message's schema.

    Args:
        document: The outermost element.
        expected: The messages that it may be, each of which has a schema here.

    Raises:
        InvalidMessage: It is another message, or not as its schema says.
    """
    name = message_name(document)
    if name not in expected:
        what = name or f"<{etree.QName(document).localname}>"
        raise InvalidMessage(f"it is {what[:MAX_FINDING_LENGTH]}, and not {' or '.join(expected)}")
    schema = _schema(name)
    if not schema.validate(document):
        raise InvalidMessage(f"it is not as the schema of {name} says: {'; '.join(_findings(schema))}")
    return name


def written(document: Element) -> bytes:
    """Return a message that is made here as text, once it has been compared with its schema.

    The same tree gives the same bytes.

    Raises:
        InvalidMessage: It is not as its schema says.
    """
    check(document, (message_name(document),))
    text = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return bytes(text)


class Maker:
    """Makes the elements of a message."""

    def __init__(self, message: str) -> None:
        self._namespace = _NAMESPACE + message

    def __call__(self, name: str, *content: Element | str, **attributes: str) -> Element:
        """Return an element with what it contains: other elements, or its text."""
        namespaces: Any = {None: self._namespace}  # the stubs know no namespace without a prefix
        element = etree.Element(f"{{{self._namespace}}}{name}", attributes, nsmap=namespaces)
        for part in content:
            if isinstance(part, str):
                element.text = part
            else:
                element.append(part)
        return element


def paths(message: str) -> dict[str, str]:
    """Return the namespaces with which `find` takes the plain names of a message's elements."""
    return {"": _NAMESPACE + message}


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMAS / f"{name}.xsd"))


def _findings(schema: Any) -> list[str]:
    return [_finding(entry)[:MAX_FINDING_LENGTH] for entry in list(schema.error_log)[:MAX_FINDINGS]]


def _finding(entry: Any) -> str:
    """Return what a schema has found, without any value, which may be a customer's."""
    text = _IN_NAMESPACE.sub("", str(entry.message))
    if entry.type == etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT:
        return text  # elements that are missing, or not expected, by their names
    place = _PLACE.match(text)
    return f"{place.group()}: its value is not allowed" if place else "a value is not allowed"
