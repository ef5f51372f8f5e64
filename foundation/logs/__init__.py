"""What a process logs: JSON lines that name no customer, no token and no client's address."""

from foundation.logs.configuration import LogSettings, configure_logs
from foundation.logs.redaction import cleaned, impersonal

__all__ = ["LogSettings", "cleaned", "configure_logs", "impersonal"]
