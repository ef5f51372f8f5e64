"""A client of Valkey or Redis for which no request waits long."""

from gateway.valkey.client import PAUSE_SECONDS, ValkeyAway, ValkeyClient

__all__ = ["PAUSE_SECONDS", "ValkeyAway", "ValkeyClient"]
