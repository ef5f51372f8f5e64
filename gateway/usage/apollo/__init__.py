"""Usage reports in the format of Apollo GraphOS: Protocol Buffers messages, by operation and client."""

from gateway.usage.apollo.report import ReportHeader, apollo_report, as_json, compressed, divided

__all__ = ["ReportHeader", "apollo_report", "as_json", "compressed", "divided"]
