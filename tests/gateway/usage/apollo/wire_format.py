"""Reads messages of Protocol Buffers by the numbers of Apollo's published definition, without a library."""

from __future__ import annotations

from typing import Any

NUMBERS: dict[str, dict[int, tuple[str, str]]] = {  # of each message, as in Apollo's reports.proto
    "Report": {
        1: ("header", "ReportHeader"),
        2: ("end_time", "Timestamp"),
        5: ("traces_per_query", "{TracesAndStats"),
        6: ("operation_count", "varint"),
    },
    "Timestamp": {1: ("seconds", "varint"), 2: ("nanos", "varint")},
    "ReportHeader": {
        5: ("hostname", "text"),
        6: ("agent_version", "text"),
        7: ("service_version", "text"),
        8: ("runtime_version", "text"),
        9: ("uname", "text"),
        11: ("executable_schema_id", "text"),
        12: ("graph_ref", "text"),
    },
    "TracesAndStats": {
        1: ("trace", "text"),
        2: ("stats_with_context", "[ContextualizedStats"),
        4: ("referenced_fields_by_type", "{ReferencedFieldsForType"),
    },
    "ReferencedFieldsForType": {1: ("field_names", "[text"), 2: ("is_interface", "varint")},
    "ContextualizedStats": {
        1: ("context", "StatsContext"),
        2: ("query_latency_stats", "QueryLatencyStats"),
        3: ("per_type_stat", "{TypeStat"),
    },
    "StatsContext": {2: ("client_name", "text"), 3: ("client_version", "text")},
    "QueryLatencyStats": {
        2: ("request_count", "varint"),
        8: ("requests_with_errors_count", "varint"),
        13: ("latency_count", "packed zigzag"),
        17: ("requests_without_field_instrumentation", "varint"),
    },
}


def decode(kind: str, content: bytes) -> Any:
    """Decode a message of the wire format without the library that encoded it."""
    if kind == "text":
        return content.decode()
    found: dict[str, Any] = {}
    while content:
        tag, content = varint(content)
        name, inner = NUMBERS[kind][tag >> 3]
        value, content = varint(content)
        if inner == "varint":
            assert tag & 7 == 0
            found[name] = value
            continue
        assert tag & 7 == 2
        raw, content = content[:value], content[value:]
        if inner == "packed zigzag":
            found[name] = [each >> 1 ^ -(each & 1) for each in varints(raw)]
        elif inner[0] == "[":
            found.setdefault(name, []).append(decode(inner[1:], raw))
        elif inner[0] == "{":
            key, value_raw = entry(raw)
            assert key not in found.setdefault(name, {})
            found[name][key] = decode(inner[1:], value_raw)
        else:
            found[name] = decode(inner, raw)
    return found


def entry(content: bytes) -> tuple[str, bytes]:
    """Read the entry of a map: field 1 is its key, and field 2 its value."""
    parts = {}
    while content:
        tag, content = varint(content)
        length, content = varint(content)
        parts[tag], content = content[:length], content[length:]
    assert set(parts) == {1 << 3 | 2, 2 << 3 | 2}
    return parts[1 << 3 | 2].decode(), parts[2 << 3 | 2]


def varint(content: bytes) -> tuple[int, bytes]:
    """Read a number of variable length."""
    value = 0
    for index, byte in enumerate(content):
        value |= (byte & 127) << 7 * index
        if byte < 128:
            return value, content[index + 1 :]
    raise AssertionError("cut off")


def varints(content: bytes) -> list[int]:
    """Read numbers of variable length until the end."""
    found = []
    while content:
        value, content = varint(content)
        found.append(value)
    return found
