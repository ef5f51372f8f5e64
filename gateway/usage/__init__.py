"""Who uses which operations and fields, counted for months, so that a field can be taken away safely."""

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
