"""The messages of a report: the part of Apollo's published `reports.proto` that the gateway sends.

Protocol Buffers identify a field by its number, so fields that are never sent need no definition here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import DESCRIPTOR as TIMESTAMP_FILE

_Fields = Mapping[str, tuple[int, str]]

_MESSAGES: Final[Mapping[str, _Fields]] = {
    "Report": {
        "header": (1, "ReportHeader"),
        "end_time": (2, "google.protobuf.Timestamp"),
        "traces_per_query": (5, "map TracesAndStats"),
        "operation_count": (6, "uint64"),
    },
    "ReportHeader": {
        "agent_version": (6, "string"),
        "runtime_version": (8, "string"),
        "executable_schema_id": (11, "string"),
        "graph_ref": (12, "string"),
    },
    "TracesAndStats": {
        "stats_with_context": (2, "repeated ContextualizedStats"),
        "referenced_fields_by_type": (4, "map ReferencedFieldsForType"),
    },
    "ContextualizedStats": {
        "context": (1, "StatsContext"),
        "query_latency_stats": (2, "QueryLatencyStats"),
    },
    "StatsContext": {"client_name": (2, "string"), "client_version": (3, "string")},
    "QueryLatencyStats": {
        "request_count": (2, "uint64"),
        "requests_with_errors_count": (8, "uint64"),
        "latency_count": (13, "repeated sint64"),
        "requests_without_field_instrumentation": (17, "uint64"),
    },
    "ReferencedFieldsForType": {"field_names": (1, "repeated string"), "is_interface": (2, "bool")},
}
"""The messages: the number and type of each field; for a map, the type of its values."""

_SCALARS: Final = {
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "sint64": FieldDescriptorProto.TYPE_SINT64,
    "string": FieldDescriptorProto.TYPE_STRING,
    "uint64": FieldDescriptorProto.TYPE_UINT64,
}


def report_class() -> Any:
    """Return the class of reports; classes from different calls are incompatible."""
    file = FileDescriptorProto(
        name="furlong/apollo_usage.proto", syntax="proto3", dependency=[TIMESTAMP_FILE.name]
    )
    for name, fields in _MESSAGES.items():
        _define(file.message_type.add(name=name), fields)
    # A pool of its own: another library in the process may define messages with the same names.
    pool = DescriptorPool()
    pool.AddSerializedFile(TIMESTAMP_FILE.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName("Report"))


def _define(message: DescriptorProto, fields: _Fields) -> None:
    for name, (number, described) in fields.items():
        label, _, kind = described.rpartition(" ")
        if label == "map":
            entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
            entry.options.map_entry = True
            _define(entry, {"key": (1, "string"), "value": (2, kind)})
            kind = f"{message.name}.{entry.name}"
        field = message.field.add(name=name, number=number)
        field.label = FieldDescriptorProto.LABEL_REPEATED if label else FieldDescriptorProto.LABEL_OPTIONAL
        if kind in _SCALARS:
            field.type = _SCALARS[kind]
        else:
            field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{kind}"
