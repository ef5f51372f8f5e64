"""What a contract of messages says, as a mapping."""

from typing import Any

from jsonschema import Draft202012Validator


def schema_of(contract: Draft202012Validator) -> dict[str, Any]:
    """Return the schema of a contract, which is an object and not just true or false."""
    assert isinstance(contract.schema, dict)
    return contract.schema
