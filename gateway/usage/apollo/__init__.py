"""Usage reports as Apollo GraphOS takes them: messages of Protocol Buffers, by operation and client."""

from gateway.usage.apollo.report import ReportHeader, apollo_report, as_json, compressed, divided

__all__ = ["ReportHeader", "apollo_report", "as_json", "compressed", "divided"]
