"""Plans and compiles the operations of known documents ahead of requests, so that no client has to wait."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import structlog
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse

from gateway.errors import RequestError, SupergraphError
from gateway.features.documents.trusted import TrustedDocument
from gateway.pipeline.operation_executor import OperationExecutor

MAX_CONDITIONS: Final = 4
"""The most conditions of an operation that is planned in advance: each set of values has its own plan."""


def prepare_folder(folder: Path, executor: OperationExecutor) -> None:
    """Prepare all operations in a folder's `*.graphql` files, also without a name where a file has only one.

    Raises:
        SupergraphError: There is no such folder, a file cannot be read, or an operation cannot be planned.
    """
    if not folder.is_dir():
        raise SupergraphError(f"{folder}: no such folder of documents.")
    for file in sorted(folder.glob("*.graphql")):
        try:
            _prepare_all(file.read_text(encoding="utf-8"), executor)
        except (OSError, UnicodeDecodeError, GraphQLError) as error:
            raise SupergraphError(f"{file}: {error}") from error
        except RequestError as error:
            raise SupergraphError(f"{file}: {error.message}") from error


def prepare_trusted(document: TrustedDocument, executor: OperationExecutor) -> None:
    """Prepare every operation of a trusted document; log it if it cannot be answered."""
    try:
        _prepare_all(document.text, executor)
    except RequestError as error:
        structlog.get_logger("gateway").warning(
            "trusted_document_refused", document=document.origin, code=error.code, reason=error.message
        )


def _prepare_all(text: str, executor: OperationExecutor) -> None:
    for name in _names(parse(text)):
        _prepare(text, name, executor)


def _names(document: DocumentNode) -> Iterator[str | None]:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    for operation in operations:
        if operation.name is not None:
            yield operation.name.value
    if len(operations) == 1:
        yield None


def _prepare(text: str, name: str | None, executor: OperationExecutor) -> None:
    prepared = executor.preparer.prepare(text, name, pinned=True)
    conditions = sorted(prepared.conditions)
    if len(conditions) > MAX_CONDITIONS:
        return
    for values in product((False, True), repeat=len(conditions)):
        planned = executor.preparer.planned_for(prepared, tuple(zip(conditions, values, strict=True)))
        if planned.executable is None:
            executor.make_executable(planned)
    executor.preparer.measure(prepared)
