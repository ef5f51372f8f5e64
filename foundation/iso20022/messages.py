"""The messages that are known, each with its schema: what comes in and what goes out is checked by it."""

import re
from collections.abc import Sequence
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
MAX_APART: Final = 1_000
"""How many findings are looked at, one by one, for where they are."""


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
    return check_apart(document, expected, "")[0]


def check_apart(document: Element, expected: tuple[str, ...], apart: str) -> tuple[str, dict[Element, str]]:
    """Return which message a document is, and what is wrong within some elements of it.

    Args:
        document: The outermost element.
        expected: The messages that it may be, each of which has a schema here.
        apart: How the elements are called that may each be wrong without the others; "" if none may.

    Raises:
        InvalidMessage: It is another message, or not as its schema says elsewhere, or nearly everywhere.
    """
    name = message_name(document)
    if name not in expected:
        what = name or f"<{etree.QName(document).localname}>"
        raise InvalidMessage(f"it is {what[:MAX_FINDING_LENGTH]}, and not {' or '.join(expected)}")
    schema: Any = _schema(name)
    if schema.validate(document):
        return name, {}
    log = list(schema.error_log)
    wrong: dict[Element, list[Any]] = {}
    for entry in log[:MAX_APART]:
        if (part := _part(document, entry.path, apart)) is None:
            break
        wrong.setdefault(part, []).append(entry)
    if sum(map(len, wrong.values())) < len(log):
        raise InvalidMessage(_words(name, log))
    return name, {part: _words(name, entries) for part, entries in wrong.items()}


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


def _part(document: Element, path: str | None, apart: str) -> Element | None:
    """Return the element of a name in which the place of a finding is; None if it is in none.

    Args:
        document: The outermost element, as it was read.
        path: The place, such as `/ns0:Document/ns0:BkToCstmrStmt/ns0:Stmt/ns0:Ntry[2]/ns0:Amt`.
        apart: The name.
    """
    steps = (path or "").split("/")
    names = [step.partition("[")[0].rpartition(":")[2] for step in steps]
    if apart not in names[1:]:
        return None
    outer = "/".join(steps[: names.index(apart, 1) + 1])
    prefixes: Any = document.nsmap
    found: Any = document.getroottree().xpath(outer, namespaces=prefixes)
    return found[0] if found else None


def _words(name: str, findings: Sequence[Any]) -> str:
    said = "; ".join(_finding(entry)[:MAX_FINDING_LENGTH] for entry in findings[:MAX_FINDINGS])
    return f"it is not as the schema of {name} says: {said}"


def _finding(entry: Any) -> str:
    """Return what a schema has found, without any value, which may be a customer's."""
    text = _IN_NAMESPACE.sub("", str(entry.message))
    if entry.type == etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT:
        return text  # elements that are missing, or not expected, by their names
    place = _PLACE.match(text)
    return f"{place.group()}: its value is not allowed" if place else "a value is not allowed"
