"""Counts over months which clients use which operations and fields, so that a field can be removed safely."""

from gateway.usage.report import FieldUse, UsageReport, public_fields
from gateway.usage.store import UsageStore, UsageStoreError
from gateway.usage.table import OperationReader, UsageTable, usage_table

__all__ = [
    "FieldUse",
    "OperationReader",
    "UsageReport",
    "UsageStore",
    "UsageStoreError",
    "UsageTable",
    "public_fields",
    "usage_table",
]
