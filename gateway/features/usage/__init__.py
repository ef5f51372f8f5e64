"""Counts over months which clients use which operations and fields, so that a field can be removed safely."""

from gateway.features.usage.report import FieldUse, UsageReport, public_fields
from gateway.features.usage.store import UsageStore, UsageStoreError
from gateway.features.usage.table import OperationReader, UsageTable

__all__ = [
    "FieldUse",
    "OperationReader",
    "UsageReport",
    "UsageStore",
    "UsageStoreError",
    "UsageTable",
    "public_fields",
]
