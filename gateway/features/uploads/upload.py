"""The files of one request: where they stand in its variables, and their bytes as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

import orjson

from foundation.graphql_http.strict_json import read_object
from gateway.errors import ClientDisconnected, RequestError
from gateway.features.uploads.form import FormReader, InvalidUpload, Part


class UploadTooLarge(RequestError):
    """A file has too many bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A file may have {limit} bytes.", code="UPLOAD_TOO_LARGE", status=413)


@dataclass(slots=True)
class Upload:
    """The files of a request.

    Attributes:
        form: The body, read up to the first file.
        most_bytes: The most bytes of a file.
        names: The names of the parts with files, by what stands for each in the variables.
        error: Why the files could not be read to their end; None if they could, or were not read.
        is_read: Whether somebody reads the files: they can be read once.
    """

    form: FormReader
    most_bytes: int
    names: Mapping[str, str]
    error: RequestError | ClientDisconnected | None = None
    is_read: bool = False

    async def files(self) -> AsyncIterator[tuple[Part, AsyncIterator[bytes]]]:
        """Yield the files in the order in which they arrive, each to be read before the next.

        Raises:
            RequestError: One is too large or missing, or there is one more.
        """
        expected = set(self.names.values())
        while (part := await self.form.part()) is not None:
            if part.name not in expected:
                raise InvalidUpload("The body has a part that map does not name, or twice.")
            expected.remove(part.name)
            yield part, self._pieces()
        if expected:
            raise InvalidUpload("The body lacks a file that map names.")

    async def _pieces(self) -> AsyncIterator[bytes]:
        size = 0
        while piece := await self.form.piece():
            size += len(piece)
            if size > self.most_bytes:
                raise UploadTooLarge(self.most_bytes)
            yield piece


UPLOAD: Final[ContextVar[Upload | None]] = ContextVar("furlong_upload", default=None)
"""The files of the request that is answered; None if it has none."""


def marked(operations: bytes, file_map: bytes, most: int) -> tuple[bytes, dict[str, str]]:
    """Return the operations with a mark for each file, and the names of the files' parts by their marks.

    Raises:
        RequestError: They are no GraphQL multipart request, or have too many files.
    """
    request = read_object(operations, "operations")
    paths = read_object(file_map, "map")
    if not 0 < len(paths) <= most:
        raise InvalidUpload(f"A request may have {most} files, and must have one.")
    names: dict[str, str] = {}
    for name, places in paths.items():
        if not (isinstance(places, list) and len(places) == 1 and isinstance(places[0], str)):
            raise InvalidUpload("map must name one place for each file.")
        mark = f"file {token_hex(16)}"
        names[mark] = name
        _mark(request, places[0], mark)
    return orjson.dumps(request), names


def _mark(request: dict[str, Any], path: str, mark: str) -> None:
    """Replace the null at a path such as `variables.files.0`."""
    first, *steps = path.split(".")
    place: Any = request.get("variables") if first == "variables" else None
    for step in steps[:-1]:
        place = _at(place, step)
    if not steps or _at(place, steps[-1], missing=mark) is not None:
        raise InvalidUpload("map must name places of variables that are null.")
    place[int(steps[-1]) if isinstance(place, list) else steps[-1]] = mark


def _at(place: object, step: str, missing: str | None = None) -> object:
    if isinstance(place, dict):
        return place.get(step, missing)
    if isinstance(place, list) and step.isascii() and step.isdigit() and len(step) < 5:  # noqa: PLR2004
        return place[int(step)] if int(step) < len(place) else missing
    return missing


def without_marks(value: object, marks: Mapping[str, str], found: dict[str, str], path: str) -> Any:
    """Return variables with null for each file.

    Args:
        value: The variables, or a part of them.
        marks: What stands for files.
        found: Gets the path of each file by the name of its part.
        path: Where the value stands.
    """
    if isinstance(value, str) and value in marks:
        found[marks[value]] = path
        return None
    if isinstance(value, dict):
        return {key: without_marks(part, marks, found, f"{path}.{key}") for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_marks(part, marks, found, f"{path}.{index}") for index, part in enumerate(value)]
    return value


def file_variables(variables: Mapping[str, Any], marks: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of the variables that have files."""
    for name, value in variables.items():
        found: dict[str, str] = {}
        without_marks(value, marks, found, "")
        if found:
            yield name


def part_head(name: str, part: Part) -> bytes:
    """Return the head of a file's part; a client's name for it can end neither a text nor a line."""
    printable = "".join(letter for letter in part.filename or name if letter.isprintable())
    filename = printable.replace("\\", "%5C").replace('"', "%22")
    lines = (
        f'content-disposition: form-data; name="{name}"; filename="{filename}"',
        f"content-type: {part.content_type}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
