"""Selects the operation of a document that a request executes."""

from __future__ import annotations

from graphql import DocumentNode, OperationDefinitionNode

from gateway.errors import InvalidDocument


def select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation with the given name; without a name, the only one.

    Raises:
        InvalidDocument: There is no such operation, or there are several and no name is given.
    """
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None and len(operations) == 1:
        return operations[0]
    if name is None:
        message = "The document has several operations: choose one by operationName."
        raise InvalidDocument([{"message": message}], "OPERATION_RESOLUTION_FAILURE")
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise InvalidDocument(
        [{"message": f'The document has no operation "{name}".'}], "OPERATION_RESOLUTION_FAILURE"
    )
