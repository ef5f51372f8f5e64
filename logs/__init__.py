"""What a process logs: JSON lines that name no customer, no token and no client's address."""

from logs.configuration import configure_logs
from logs.settings import LogSettings
from logs.text import cleaned, impersonal

__all__ = ["LogSettings", "cleaned", "configure_logs", "impersonal"]
